"""Messages about designs of wallet cards that only the service and its editors exchange."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from api_client.messages.cards import DesignHint, DesignLine, WalletKind
from api_client.messages.scan import Message
from membership.accounts.organizations import RESERVED_SEGMENTS
from membership.base.fields import Name
from membership.base.request_body import RequestBody
from passes.design import Design
from passes.words import KnownLanguage

EXAMPLE_DESIGN = {
    "title": {"en": "Member card", "de": "Mitgliedskarte"},
    "description": {"en": "Member card of the club"},
    "languages": ["en", "de"],
    "background": "#1d3557",
    "foreground": "#ffffff",
    "label": "#c9d6e6",
    "fields": [
        {
            "key": "member",
            "slot": "secondary",
            "shows": "customer_name",
            "label": {"en": "Member", "de": "Mitglied"},
        }
    ],
}


def _not_reserved(key: str) -> str:
    """Return a key. Raises ValueError for the first segment of a path of the service."""
    if key in RESERVED_SEGMENTS:
        raise ValueError("this is one of the service's own addresses")
    return key


DesignKey = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    AfterValidator(_not_reserved),
]
"""Small letters, digits and dashes: it stands in install links and never changes."""


class DesignChange(RequestBody):
    """The new state of a design, and the version that was edited."""

    name: Name = Field(examples=["Member card"])
    design: Design = Field(examples=[EXAMPLE_DESIGN])
    version: int = Field(
        ge=1, le=2**31 - 1, examples=[1], description="The version that was edited."
    )


class NewDesign(RequestBody):
    """A design to create."""

    key: DesignKey = Field(examples=["member-card"], description="Stands in install links.")
    name: Name = Field(examples=["Member card"])
    design: Design = Field(examples=[EXAMPLE_DESIGN])


class DesignRecord(DesignLine):
    """A design in full, as its cards show it."""

    created_at: AwareDatetime
    design: Design
    hints: tuple[DesignHint, ...]


class DesignVersionRecord(Message):
    """A design as it was in one version."""

    version: int
    created_at: AwareDatetime
    design: Design


class PreviewOf(RequestBody):
    """A design to preview with an invented member; it need not be stored."""

    design: Design = Field(examples=[EXAMPLE_DESIGN])
    wallet: WalletKind = Field(default=WalletKind.APPLE, examples=["apple"])
    language: KnownLanguage | None = Field(
        default=None, examples=["de"], description="By default the design's first."
    )
