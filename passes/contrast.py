"""Whether text can be read on its background: contrast as WCAG 2.2 defines it.

Level AA asks for 4.5 to 1, and for 3 to 1 where letters are large (success criterion 1.4.3).
The wallets choose the sizes, so less than 3 is refused and less than 4.5 is pointed out.
"""

from dataclasses import dataclass

from passes.design import Design
from passes.errors import DesignError

LEAST_CONTRAST = 3.0
GOOD_CONTRAST = 4.5

_STEPS = 100
"""So finely a colour that could be read better is sought."""


@dataclass(frozen=True, slots=True)
class ContrastWarning:
    """A colour that is hard to read on the background, and one like it that is not."""

    path: str
    ratio: float
    suggestion: str

    @property
    def message(self) -> str:
        """What is wrong, in a sentence."""
        return (
            f"the contrast to the background is {self.ratio:.1f} to 1; "
            f"{GOOD_CONTRAST} is good to read, as {self.suggestion} has it"
        )


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two colours (``#rrggbb``), from 1 (none) to 21 (black on white)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_like(colour: str, background: str) -> str:
    """The colour nearest to ``colour``, towards white or black, that is good to read."""
    return min(
        (_moved(colour, background, end) for end in ("#ffffff", "#000000")),
        key=lambda found: (found[0], -contrast_ratio(found[1], background)),
    )[1]


def check_contrast(design: Design) -> tuple[ContrastWarning, ...]:
    """Judge the colours of values and labels. Returns those that could be better.

    Raises DesignError for the first that is below ``LEAST_CONTRAST``.
    """
    warnings = []
    for path in ("foreground", "label"):
        colour: str = getattr(design, path)
        ratio = contrast_ratio(colour, design.background)
        if ratio >= GOOD_CONTRAST:
            continue
        warning = ContrastWarning(path, ratio, readable_like(colour, design.background))
        if ratio < LEAST_CONTRAST:
            raise DesignError(path, f"{warning.message}; less than {LEAST_CONTRAST} is refused")
        warnings.append(warning)
    return tuple(warnings)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with ``share`` (0 to 1) of another in it, each channel on its own."""
    channels = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in channels)


def _moved(colour: str, background: str, end: str) -> tuple[int, str]:
    """How many steps towards ``end`` make a colour good to read, and which it is then.

    More than ``_STEPS`` where even ``end`` is not.
    """
    for step in range(_STEPS + 1):
        moved = mixed(colour, end, step / _STEPS)
        if contrast_ratio(moved, background) >= GOOD_CONTRAST:
            return step, moved
    return _STEPS + 1, end


def _channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, each from 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(colour: str) -> float:
    """Relative luminance of a colour in sRGB, from 0 to 1 (WCAG 2.2, definition)."""
    red, green, blue = (_linear(each / 255) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """Light of a channel, from its value in sRGB."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
