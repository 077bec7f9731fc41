"""Which formats of codes the camera looks for at present, and which codes count. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from scanner.events import FrameRead
from scanner.formats import DEFAULT_FORMATS, KNOWN_FORMATS, is_wanted, known_of


class SoughtFormats:
    """The formats that the club chose, and whether staff try what a card is."""

    def __init__(self) -> None:
        self.club: tuple[str, ...] = DEFAULT_FORMATS
        self.trying = False
        """Whether staff try cards: then all formats are looked for, and nobody is checked in."""

    def choose(self, names: Iterable[str]) -> None:
        """Look for what the service says.

        Names that this desk does not know are passed over; without any known one, as from an
        older service, these are the default formats.
        """
        self.club = known_of(names)

    @property
    def now(self) -> tuple[str, ...]:
        """What the scanner is to look for."""
        return KNOWN_FORMATS if self.trying else self.club

    def counting(self, frame: FrameRead) -> FrameRead:
        """Return a frame with the codes of the club's formats only.

        Frames are still on their way for a moment after staff have ended their trial.
        """
        codes = tuple(code for code in frame.codes if is_wanted(code, self.club))
        return frame if len(codes) == len(frame.codes) else replace(frame, codes=codes)
