"""Messages on staff, their sessions and passwords."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    EmailStr,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from api_client.messages.management import Role, StaffName
from api_client.messages.scan import Message
from membership.base.fields import Name
from membership.base.request_body import RequestBody
from membership.base.scopes import Scope


def _encodable(text: str) -> str:
    """Return the text. Raises ValueError for lone surrogates, which UTF-8 cannot encode."""
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("is not valid Unicode")
    return text


def _encodable_secret(secret: SecretStr) -> SecretStr:
    """Return the secret. Raises ValueError as ``_encodable``."""
    _encodable(secret.get_secret_value())
    return secret


Password = Annotated[
    SecretStr,
    Field(min_length=1, max_length=1024, examples=["four quiet herons"]),
    AfterValidator(_encodable_secret),
]
"""A password as typed. The strength of a new one is checked in its normalized form."""

Address = Annotated[EmailStr, Field(max_length=254, examples=["ada@example.com"])]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=63), AfterValidator(_encodable)]
ShownAddress = Annotated[
    str, StringConstraints(min_length=1, max_length=254), AfterValidator(_encodable)
]
"""An address to look up, which need not be valid."""

ShownToken = Annotated[
    SecretStr, Field(min_length=1, max_length=200), AfterValidator(_encodable_secret)
]


ShownDevice = Annotated[
    SecretStr,
    Field(
        max_length=200,
        examples=["md_8Qk1..."],
        description="The `device_token` of an earlier sign-in: tries of others do not delay it.",
    ),
    AfterValidator(_encodable_secret),
]


ShownFactor = Annotated[
    SecretStr, Field(max_length=64, examples=["492039"]), AfterValidator(_encodable_secret)
]


class SignIn(RequestBody):
    """Credentials of a member of staff, and their organization."""

    organization: Slug = Field(examples=["my-club"], description="Short name (slug).")
    email: ShownAddress = Field(examples=["ada@example.com"])
    password: Password
    device_token: ShownDevice = SecretStr("")
    code: ShownFactor = Field(
        default=SecretStr(""),
        description="Of the authenticator, or a recovery code; for accounts with a second factor.",
    )


class Me(Message):
    """The signed-in member of staff and their scopes."""

    staff: StaffName
    organization: str = Field(description="Short name (slug) of the organization.")
    organization_name: str
    scopes: tuple[Scope, ...]


class FactorStart(RequestBody):
    """The current password, to set up a second factor."""

    current_password: Password


class FactorCode(RequestBody):
    """A code of the authenticator."""

    code: ShownFactor


class FactorRemoval(RequestBody):
    """The current password and a code, to remove the second factor."""

    current_password: Password
    code: ShownFactor


class StaffView(StaffName):
    """An account."""

    second_factor: bool = False
    has_password: bool = Field(description="False until the invitation was followed.")
    disabled_at: AwareDatetime | None
    open_keys: int = Field(
        description="API keys that this account made and that still work, also once it is "
        "disabled; `POST /v1/keys/made-by/{staff_id}/revoke` ends them."
    )
    last_login_at: AwareDatetime | None
    created_at: AwareDatetime


class StaffPage(Message):
    """A page of accounts, oldest first."""

    items: tuple[StaffView, ...]
    next_cursor: str | None = None


class FirstAccount(RequestBody):
    """The first account of an organization; it becomes an admin."""

    name: Name = Field(examples=["Ada Moreau"])
    email: Address
    password: Password


class NewStaff(RequestBody):
    """An account to create. Without a password its owner is mailed a link to set one."""

    name: Name = Field(examples=["Jonas Weber"])
    email: Address
    role: Role = Field(examples=["reception"])
    password: Password | None = None


class StaffChange(RequestBody):
    """Fields of an account to set; omitted ones stay unchanged."""

    name: Name | None = Field(default=None, examples=["Jonas Weber-Lind"])
    email: Address | None = None
    role: Role | None = Field(default=None, examples=["manager"])
    disabled: bool | None = Field(default=None, description="A disabled account cannot sign in.")

    @model_validator(mode="after")
    def _no_nulls(self) -> Self:
        """Reject null: an account has all fields."""
        empty = sorted(name for name in self.model_fields_set if getattr(self, name) is None)
        if empty:
            raise ValueError(f"{', '.join(empty)} cannot be null")
        return self


class PasswordChange(RequestBody):
    """A new password and the current one."""

    current_password: Password
    new_password: Password


class ResetWish(RequestBody):
    """The account whose password was forgotten."""

    organization: Slug = Field(examples=["my-club"], description="Short name (slug).")
    email: ShownAddress = Field(examples=["ada@example.com"])
    device_token: ShownDevice = SecretStr("")


class Accepted(Message):
    """Confirmation that the request was accepted, whether or not the account exists."""

    detail: str


class ResetConfirmation(RequestBody):
    """A new password and the mailed token."""

    token: ShownToken = Field(examples=["mr_3Vd0..."])
    password: Password
