"""Who issues cards in Google Wallet, and how their classes and objects are named."""

import re
from dataclasses import dataclass
from uuid import UUID

from passes.errors import PassContentError

_ISSUER = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleIssue:
    """The issuer and a design. Pictures are named by addresses from which Google fetches them.

    ``issuer_id`` is the number of the issuer account. Classes are named by the design's id and
    not by its key: Google keeps a class for ever, and a key may be given to another design.

    Raises PassContentError for an issuer id that is no number.
    """

    issuer_id: str
    design_id: UUID
    logo_url: str
    hero_url: str | None = None

    def __post_init__(self) -> None:
        """Refuse an issuer that Google would not know."""
        if not _ISSUER.fullmatch(self.issuer_id):
            raise PassContentError("issuerId", "the issuer id is a number of up to 20 digits")

    @property
    def class_id(self) -> str:
        """Name of the design's class."""
        return f"{self.issuer_id}.{self.design_id}"

    def object_id(self, card_id: UUID) -> str:
        """Name of a card's object."""
        return f"{self.issuer_id}.{card_id}"
