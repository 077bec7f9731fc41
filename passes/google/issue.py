"""The issuer of cards in Google Wallet, and the ids of its classes and objects."""

import re
from dataclasses import dataclass
from uuid import UUID

from passes.errors import PassContentError

_ISSUER = re.compile(r"[0-9]{1,20}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleIssue:
    """The issuer of the cards of one design, and the URLs from which Google fetches its pictures.

    ``issuer_id`` is the number of the issuer account. The class id contains the design's id, not
    its key: Google never deletes a class, and a key may be reused for another design.

    Raises PassContentError for an issuer id that is not a number.
    """

    issuer_id: str
    design_id: UUID
    logo_url: str
    hero_url: str | None = None

    def __post_init__(self) -> None:
        """Check the form of the issuer id."""
        if not _ISSUER.fullmatch(self.issuer_id):
            raise PassContentError("issuerId", "the issuer id is a number of up to 20 digits")

    @property
    def class_id(self) -> str:
        """Id of the design's class."""
        return f"{self.issuer_id}.{self.design_id}"

    def object_id(self, card_id: UUID) -> str:
        """Return the id of a card's object."""
        return f"{self.issuer_id}.{card_id}"
