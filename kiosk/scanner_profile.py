"""What a desk knows about its hand scanner: taught in the dialog, or learnt from scans. Pure."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from .code_shapes import code_like, mixed, names_somebody, own_code, shape_of, without_symbology
from .keys import MACHINE_S, Keys, Reading, gap_s, texts_of, typed_text, us_text

SLOWEST_S = 0.14
"""The longest gap between the keys of a scanner, in seconds, by ``at_scanner_pace``."""
_PACES = (0.6, 1.3)
"""How far the pace of a scan may be from the one that was learnt, as factors.

Below ``MACHINE_S`` it varies more.
"""
_MOST_SHAPES = 32

End = Literal["enter", "tab", "control", "none"]
"""What a scanner sends after a code; ``none``: a pause ends it."""


class PortIdentity(BaseModel):
    """A serial port by its USB device, which keeps its identity when the port gets another name."""

    model_config = ConfigDict(frozen=True)

    device: str
    """Name of the port when it was chosen, such as ``COM4`` or ``/dev/ttyACM0``."""
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


class ScannerProfile(BaseModel):
    """How the hand scanner of one desk types. Frozen."""

    model_config = ConfigDict(frozen=True)

    taught: bool = False
    """Whether it was taught in the dialog; else what is here was learnt from scans or set."""
    pace_ms: float | None = Field(None, gt=0, le=1000 * SLOWEST_S)
    """Median time from key to key; None if it is not known."""
    prefix: str = Field("", max_length=20)
    suffix: str = Field("", max_length=20)
    symbology: bool = False
    """Whether a symbology identifier such as ``]C1`` comes before each code."""
    end: End | None = None
    us_layout: bool = False
    """Whether the scanner assumes a US layout, and the computer has another one."""
    shapes: tuple[str, ...] = ()
    """Shapes of codes of other makers, the last ones learnt last."""
    port: PortIdentity | None = None
    """The serial port that it is on."""

    def bare(self, text: str) -> str:
        """Return a text without what the scanner sends around each code."""
        text = text.removeprefix(self.prefix)
        text = text.removesuffix(self.suffix) if self.suffix else text
        return without_symbology(text) if self.symbology else text

    def reading(self, typed: str, us: str) -> Reading:
        """Return the scan of a text, by the layout that the scanner is known to assume.

        Of a card of ours it is the code alone, of others what is left by ``bare``.
        """
        typed, us = self.bare(typed), self.bare(us)
        if us and self.us_layout:
            typed, us = us, ""
        return Reading(own_code(typed) or typed, own_code(us) or us)

    def has_pace(self, keys: Keys) -> bool:
        """Return whether keys come at the pace that was learnt; of a fast scanner, just as fast."""
        if self.pace_ms is None:
            return False
        low, high = (factor * self.pace_ms / 1000 for factor in _PACES)
        return (high <= MACHINE_S or low <= gap_s(keys)) and gap_s(keys) <= max(high, MACHINE_S)

    def knows(self, keys: Keys) -> bool:
        """Return whether a code of this shape was scanned before."""
        return any(shape_of(self.bare(text)) in self.shapes for text in texts_of(keys))

    def may_know(self, keys: Keys) -> bool:
        """Return whether a code of a known shape begins like this."""
        shapes = [shape_of(self.bare(text)) for text in texts_of(keys)]
        return any(known.startswith(shape) for shape in shapes for known in self.shapes)

    def with_shape(self, keys: Keys) -> Self:
        """Return the profile after a scan: with the shape of its code."""
        text = us_text(keys) if self.us_layout else typed_text(keys)
        return self.with_this_shape(shape_of(self.bare(text)))

    def with_this_shape(self, shape: str) -> Self:
        """Return the profile with a shape more, unless it is that of plain words."""
        if shape in self.shapes or "9" not in shape:
            return self
        return self.model_copy(update={"shapes": (*self.shapes, shape)[-_MOST_SHAPES:]})


def at_scanner_pace(keys: Keys) -> bool:
    """Return whether keys come no slower than those of the slowest scanner.

    By their median gap, in which a late key does not count, or their mean gap, in which jitter
    evens out.
    """
    if len(keys) < 2:
        return False
    mean_s = (keys[-1].at_s - keys[0].at_s) / (len(keys) - 1)
    return min(gap_s(keys), mean_s) <= SLOWEST_S


def is_foreign_code(text: str) -> bool:
    """Return whether a text is a code, if not that of a card of ours: hardly typed by a hand."""
    return code_like(text) or names_somebody(text) or mixed(text)
