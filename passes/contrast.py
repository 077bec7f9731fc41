"""Contrast of text and background, as WCAG 2.2 defines it.

Level AA requires 4.5:1, and 3:1 for large text (success criterion 1.4.3). The wallets choose the
sizes, so less than 3 is refused, and less than 4.5 gives a warning.
"""

from dataclasses import dataclass

from passes.design import Design
from passes.errors import DesignError

MIN_CONTRAST = 3.0
GOOD_CONTRAST = 4.5

_STEPS = 100
"""Resolution of the search for a readable colour."""


@dataclass(frozen=True, slots=True)
class ContrastWarning:
    """A colour that is hard to read on the background, and the nearest readable one.

    ``ratio`` is the contrast, from 1 to 21; ``suggestion`` is ``#rrggbb``.
    """

    path: str
    ratio: float
    suggestion: str

    @property
    def message(self) -> str:
        """The warning as a sentence."""
        return (
            f"the contrast to the background is {self.ratio:.1f} to 1; "
            f"{GOOD_CONTRAST} is good to read, as {self.suggestion} has it"
        )


def contrast_ratio(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (``#rrggbb``): 1 (none) to 21 (black on white).

    WCAG 2.2, definition of "contrast ratio".
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_readable(colour: str, background: str) -> str:
    """Return the colour nearest to ``colour``, towards white or black, with a contrast of 4.5."""
    return min(
        (_moved(colour, background, end) for end in ("#ffffff", "#000000")),
        key=lambda found: (found[0], -contrast_ratio(found[1], background)),
    )[1]


def check_contrast(design: Design) -> tuple[ContrastWarning, ...]:
    """Check the colours of values and labels. Returns a warning for each below 4.5.

    Raises DesignError for the first that is below ``MIN_CONTRAST``.
    """
    warnings = []
    for path in ("foreground", "label"):
        colour: str = getattr(design, path)
        ratio = contrast_ratio(colour, design.background)
        if ratio >= GOOD_CONTRAST:
            continue
        warning = ContrastWarning(path, ratio, nearest_readable(colour, design.background))
        if ratio < MIN_CONTRAST:
            raise DesignError(path, f"{warning.message}; less than {MIN_CONTRAST} is refused")
        warnings.append(warning)
    return tuple(warnings)


def mix(colour: str, other: str, share: float) -> str:
    """Return ``colour`` mixed with a ``share`` (0 to 1) of another, channel by channel in sRGB."""
    channels = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def _moved(colour: str, background: str, end: str) -> tuple[int, str]:
    """Return how many steps towards ``end`` make a colour readable, and the resulting colour.

    The number is greater than ``_STEPS`` if even ``end`` is not readable.
    """
    for step in range(_STEPS + 1):
        moved = mix(colour, end, step / _STEPS)
        if contrast_ratio(moved, background) >= GOOD_CONTRAST:
            return step, moved
    return _STEPS + 1, end


def _channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of ``#rrggbb``, each from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    """Return the relative luminance of an sRGB colour, from 0 to 1 (WCAG 2.2, definition)."""
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Return the linear value of an sRGB channel, both from 0 to 1."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
