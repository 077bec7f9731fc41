"""What the scanner tells its caller. All are frozen and picklable; they travel over a pipe.

Times ending in ``_ns`` are readings of ``time.monotonic_ns``, which all processes of one
machine share, so they may be compared with readings taken in the kiosk.
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

    ``text`` is decoded by the character set that the symbol names, else by the one its bytes
    fit (UTF-8 before Latin-1). It can always be stored, printed as UTF-8 and sent: what fits
    no character set shows as U+FFFD, there are no surrogates, and a NUL stays U+0000.
    ``raw`` are the bytes as the symbol holds them. ``format`` is a zxing-cpp name such as
    ``QRCode``, ``Aztec``, ``PDF417``, ``Code128`` or ``EAN13``, whatever decoder read it.
    """

    text: str
    format: str
    corners: Corners
    raw: bytes

    def scaled(self, factor: float) -> "Code":
        """Return the same code in a picture with ``factor`` times as many pixels a side."""
        first, second, third, fourth = ((x * factor, y * factor) for x, y in self.corners)
        return replace(self, corners=(first, second, third, fourth))


@dataclass(frozen=True, slots=True)
class PreviewRef:
    """Where the preview of a frame lies in the shared ring, and how large it is in pixels.

    The picture is the whole source frame, scaled; ``sequence`` tells whether the slot still
    holds it.
    """

    slot: int
    sequence: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FrameRead:
    """A frame that was decoded, whether or not it held codes. ``width``, ``height`` in pixels."""

    number: int
    captured_ns: int
    decoded_ns: int
    width: int
    height: int
    codes: tuple[Code, ...]
    preview: PreviewRef | None


class SourceState(StrEnum):
    """How the camera, or what stands in for one, is doing."""

    OPENING = "opening"
    """Being opened for the first time, or again after a restart."""
    RUNNING = "running"
    """Frames arrive."""
    LOST = "lost"
    """Not there, or unplugged; retried until it is back."""
    STALLED = "stalled"
    """Opening or reading hangs; the scanner process is being restarted."""
    FROZEN = "frozen"
    """A live source repeats its last frame byte for byte; it is reopened until it moves."""
    CRASHED = "crashed"
    """The scanner process died or hangs in the decoder; it is being restarted."""
    ENDED = "ended"
    """A file, folder or demo that plays once is over. No event follows."""


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The source changed state. ``detail`` is a plain English sentence for the screen.

    ``demo`` tells that the pictures are the demo camera's, because no camera was found.
    """

    state: SourceState
    detail: str
    demo: bool = False


Event = FrameRead | SourceChanged
