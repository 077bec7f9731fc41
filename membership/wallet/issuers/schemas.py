"""Messages that set issuers; those that return them are in ``api_client.messages.cards``."""

from typing import Annotated, Any, Literal

from pydantic import EmailStr, Field, SecretStr

from api_client.messages.scan import Message
from membership.base.request_body import RequestBody

MAX_ENCODED = 100_000
"""Longest file in base64; those of Apple have about 6 KiB."""

_PLAIN = r"^[\x20-\x7e]*$"

File = Annotated[str, Field(min_length=1, max_length=MAX_ENCODED)]


class NewAppleIdentity(RequestBody):
    """A certificate for passes with its key. Files are in base64."""

    certificate: File = Field(
        examples=["MIIKWAIBAzCCCg4GCSqGSIb3DQEHAaCCCf8Eggn7MIIJ9zCC"],
        description="A .p12 file, or PEM text with certificate and key.",
    )
    password: SecretStr | None = Field(
        default=None,
        max_length=1024,
        examples=["four quiet herons"],
        description="Of the .p12 file or the key, where it is encrypted.",
    )
    wwdr: File | None = Field(
        default=None,
        examples=["MIIEVTCCAz2gAwIBAgIUE9x3lVJx5T3GMujM"],
        description="Apple's intermediate certificate (DER or PEM), where the first file does "
        "not hold it.",
    )
    replace_pass_type: bool = Field(
        default=False,
        examples=[False],
        description="Take it although phones have cards of another pass type.",
    )


class ServiceAccount(Message):
    """The key file of a service account, as Google issues it; other fields are not stored."""

    type: Literal["service_account"] = Field(examples=["service_account"])
    project_id: str | None = Field(
        default=None, max_length=200, pattern=_PLAIN, examples=["example-club"]
    )
    private_key_id: str | None = Field(
        default=None, max_length=200, pattern=_PLAIN, examples=["6f1c2f5e8f1d"]
    )
    private_key: SecretStr = Field(
        min_length=1, max_length=20_000, examples=["-----BEGIN PRIVATE KEY-----\n..."]
    )
    client_email: EmailStr = Field(
        max_length=254, examples=["wallet@example-club.iam.gserviceaccount.com"]
    )
    client_id: str | None = Field(default=None, max_length=200, pattern=_PLAIN, examples=["1045"])
    token_uri: Literal[
        "https://oauth2.googleapis.com/token", "https://accounts.google.com/o/oauth2/token"
    ] = Field(
        default="https://oauth2.googleapis.com/token",
        examples=["https://oauth2.googleapis.com/token"],
        description="Where the key is shown; Google's own only.",
    )

    def with_key(self) -> dict[str, Any]:
        """Return the key file with its private key in plain text."""
        public = self.model_dump(exclude_none=True, exclude={"private_key"})
        return {**public, "private_key": self.private_key.get_secret_value()}


class NewGoogleIdentity(RequestBody):
    """An issuer of Google Wallet and the service account that acts for it."""

    issuer_id: str = Field(pattern=r"^[0-9]{1,20}$", examples=["3388000000012345678"])
    service_account: ServiceAccount
