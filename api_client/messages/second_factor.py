"""Messages about the second factor of one's own account."""

from pydantic import AwareDatetime, Field

from api_client.messages.scan import Message


class FactorState(Message):
    """The second factor of one's own account."""

    enabled: bool
    since: AwareDatetime | None
    recovery_codes_left: int
    demanded: bool = Field(description="Whether the club demands one of this role.")


class FactorSecret(Message):
    """What to enter in an authenticator. It is returned only here."""

    secret: str = Field(description="Base32, to type.")
    uri: str = Field(description="`otpauth://...`, to show as a QR code.")


class FactorConfirmed(Message):
    """The recovery codes, each good once instead of a code. They are returned only here."""

    recovery_codes: tuple[str, ...]
