"""The cards that the demo camera shows, and their file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from membership.base.private_files import private_draft

QR_CODE, CODE_128 = "QRCode", "Code128"


@dataclass(frozen=True, slots=True)
class DeckCard:
    """One card: the text of its code, the name on it, and the kind of code."""

    code: str
    name: str
    format: str = QR_CODE


@dataclass(frozen=True, slots=True)
class Deck:
    """Cards of one club, in the order in which they are shown."""

    title: str
    cards: tuple[DeckCard, ...]

    def write_deck(self, path: Path) -> None:
        """Write the deck as JSON, atomically.

        Raises:
            OSError: the file cannot be written.
        """
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"
        with private_draft(path) as draft:
            draft.write(text.encode())
