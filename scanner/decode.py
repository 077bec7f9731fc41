"""Frames and photos to codes: what is tried, in which order, and at what cost."""

from scanner.events import Code
from scanner.picture import Image, grey_of
from scanner.settings import DEFAULT_FORMATS
from scanner.zxing import format_set, read_zxing


def decode_still(image: Image, formats: tuple[str, ...] = DEFAULT_FORMATS) -> list[Code]:
    """Return every code that can be found in one photo, BGR or grey."""
    return read_zxing(grey_of(image), format_set(formats), thorough=True)


class LiveDecoder:
    """Decodes the frames of a live source."""

    def __init__(self, formats: tuple[str, ...] = DEFAULT_FORMATS) -> None:
        """Read only ``formats``, by their zxing-cpp names."""
        self._formats = format_set(formats)

    def decode(self, frame: Image) -> tuple[Code, ...]:
        """Return the codes in ``frame``, BGR or grey."""
        return tuple(read_zxing(grey_of(frame), self._formats))
