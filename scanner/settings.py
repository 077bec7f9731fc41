"""Settings of one scanner. They do not change while it runs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit, urlunsplit

from scanner.formats import DEFAULT_FORMATS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scanner.events import Code

AUTO_PREFIX = "auto:"
"""``auto:DECK`` is the first camera, else the demo; ``auto:`` is the first camera only."""


class Decoder(Protocol):
    """Reads codes from the frames of one source, in order."""

    def decode(self, frame: "npt.NDArray[np.uint8]") -> "tuple[Code, ...]":
        """Return the codes in ``frame``: BGR, uint8, shape (height, width, 3)."""
        ...


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """The source of frames, and how it is read.

    ``source`` is an argument of ``scanner.camera.open_source``. ``width``, ``height`` (pixels) and
    ``fps`` are requested from a camera, which may deliver others. ``loop`` replays files, folders
    and the demo. ``image_s`` is how long a folder shows each picture, in seconds. A ``read`` that
    takes longer than ``stall_after_s``, or a live picture that is repeated for that long, is a
    failure; opening may take ``open_timeout_s``. While the demo stands in for a camera, one is
    looked for every ``look_again_s`` seconds. ``decoder`` creates the decoder in the scanner
    process and must be picklable (a function at module level); None is the built-in one.
    """

    source: str
    width: int = 1280
    height: int = 720
    fps: int = 30
    loop: bool = False
    preview_width: int = 640
    formats: tuple[str, ...] = DEFAULT_FORMATS
    image_s: float = 1.5
    stall_after_s: float = 2.0
    open_timeout_s: float = 15.0
    retry_after_s: float = 0.5
    look_again_s: float = 3.0
    decoder: "Callable[[ScannerSettings], Decoder] | None" = None

    def __post_init__(self) -> None:
        """Raise ValueError for a size, rate or time that is not above zero."""
        for name in (
            "width",
            "height",
            "fps",
            "preview_width",
            "image_s",
            "stall_after_s",
            "open_timeout_s",
            "retry_after_s",
            "look_again_s",
        ):
            value = getattr(self, name)
            if value <= 0:
                raise ValueError(f"scanner setting {name} must be above 0, not {value}")
        if not self.formats:
            raise ValueError("scanner setting formats must name at least one symbology")

    def without_demo(self) -> "ScannerSettings":
        """Return the settings with ``auto:DECK`` as ``auto:``, for use once a camera was found.

        A camera that is unplugged later is then reported, not replaced by the demo.
        """
        if not self.source.strip().startswith(AUTO_PREFIX):
            return self
        return replace(self, source=AUTO_PREFIX)

    @property
    def label(self) -> str:
        """The source for screen and log: an address without user, password and query."""
        kind, colon, _ = self.source.strip().partition(":")
        if colon and kind in {"demo", "auto"}:
            return "the demo camera" if kind == "demo" else "the camera"
        scheme, separator, rest = self.source.strip().partition("://")
        if not separator:
            return self.source
        # A password may contain the characters that end an authority: split at the last "@".
        try:
            parts = urlsplit(f"{scheme}://{rest.rpartition('@')[2]}")
        except ValueError:
            return "the network camera"
        return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
