"""Messages about the public signup and the keys of sites."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from api_client.messages.editable import Editable
from api_client.messages.scan import Message


class SignupView(Editable):
    """Settings of the signup, and the HTML with which a web site offers it."""

    open: bool = Field(examples=[True], description="Whether anybody new may join.")
    member_page: bool = Field(
        default=True,
        examples=[True],
        description="Whether members can log in to their own page, also while nobody may join.",
    )
    allowed_origins: tuple[str, ...] = Field(
        examples=[["https://www.example.com"]],
        description="Sites that may show the page in a frame. Without any, nobody may frame it.",
    )
    accent: str = Field(examples=["#00695c"], description="Of buttons and links.")
    background: str = Field(examples=["#ffffff"], description="Of the page.")
    terms_url: str | None = Field(examples=["https://www.example.com/terms"])
    privacy_url: str | None = Field(examples=["https://www.example.com/privacy"])
    page_url: str | None = Field(description="Address of the page; null without a public address.")
    snippet: str | None = Field(
        description="HTML for the web site: the script that makes the frame, and a frame for "
        "browsers without scripts. Null if the service has no public address."
    )


class EmbedKeyView(Message):
    """A public key that verifies the tokens of a site."""

    id: UUID
    kid: str = Field(examples=["site-2027"])
    algorithm: str = Field(examples=["EdDSA"], description="`EdDSA` or `RS256`, and no other.")
    thumbprint: str = Field(description="The JWK thumbprint (RFC 7638), to compare it.")
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None


class EmbedKeyList(Message):
    """Keys, newest first: all valid ones, then revoked ones, at most 100 together."""

    items: tuple[EmbedKeyView, ...]
