"""Events that the scanner sends to its caller. All are frozen and picklable.

Times ending in ``_ns`` are readings of ``time.monotonic_ns``, which all processes of a machine
share, so they can be compared with readings taken in the kiosk.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

Corner = tuple[float, float]
"""x and y in pixels of the source frame, origin at its top left."""

Corners = tuple[Corner, Corner, Corner, Corner]
"""Clockwise from the top left of the symbol (not of the picture: a turned card turns them)."""


@dataclass(frozen=True, slots=True)
class Code:
    """One code that was read.

    ``text`` is decoded by the character set that the symbol names, else by the first that its
    bytes fit (UTF-8, then Latin-1). It can always be stored, printed as UTF-8 and sent: bytes of no
    character set become U+FFFD, there are no surrogates, and a NUL stays U+0000. ``raw`` are the
    bytes in the symbol. ``format`` is a zxing-cpp name such as ``QRCode``, ``Aztec``, ``PDF417``,
    ``Code128`` or ``EAN13``, whichever decoder read it. A UPC code is an ``EAN13`` whose text
    begins with 0: always thirteen digits.
    """

    text: str
    format: str
    corners: Corners
    raw: bytes

    @property
    def key(self) -> tuple[str, str, bytes]:
        """What tells the code from others in view, whichever decoder read it.

        Decoders report other bytes for one text, so bytes count only where the text has lost some.
        """
        return self.format, self.text, self.raw if "\ufffd" in self.text else b""

    def scaled(self, factor: float) -> "Code":
        """Return the same code in a picture with ``factor`` times as many pixels a side."""
        first, second, third, fourth = ((x * factor, y * factor) for x, y in self.corners)
        return replace(self, corners=(first, second, third, fourth))


@dataclass(frozen=True, slots=True)
class PreviewRef:
    """Position of a frame's preview in the shared ring, and its size in pixels.

    The picture is the whole source frame, scaled. The slot still has it while it has ``sequence``.
    """

    slot: int
    sequence: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FrameRead:
    """A decoded frame, with or without codes. ``width`` and ``height`` are in pixels."""

    number: int
    captured_ns: int
    decoded_ns: int
    width: int
    height: int
    codes: tuple[Code, ...]
    preview: PreviewRef | None


class SourceState(StrEnum):
    """State of the camera, or of the source used instead."""

    OPENING = "opening"
    """Being opened for the first time, or again after a restart."""
    RUNNING = "running"
    """Frames arrive."""
    LOST = "lost"
    """Missing or unplugged; it is retried until it is back."""
    STALLED = "stalled"
    """Opening or reading hangs; the scanner process is being restarted."""
    FROZEN = "frozen"
    """A live source repeats its last frame byte for byte; it is reopened until it moves."""
    CRASHED = "crashed"
    """The scanner process died or hangs in the decoder; it is being restarted."""
    ENDED = "ended"
    """A file, folder or demo that is played once has ended. No event follows."""


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The source changed state. ``detail`` is an English sentence for the screen.

    ``demo``: the pictures are those of the demo camera, because no camera was found.
    """

    state: SourceState
    detail: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class Still:
    """A frame in its full size, at most ``STILL_SIDE`` pixels a side: rows of BGR pixels."""

    width: int
    height: int
    data: bytes


STILL_SIDE = 1920
"""Longest side of a still in pixels: more than a photo of a face needs."""

Event = FrameRead | SourceChanged | Still
