"""The formats of codes that a desk can look for, by their zxing-cpp names. Pure."""

from collections.abc import Collection, Iterable

from scanner.events import Code

DEFAULT_FORMATS = ("QRCode", "Aztec", "PDF417", "Code128", "EAN13")
"""What wallet cards and most printed cards carry."""

KNOWN_FORMATS = (
    "QRCode", "Aztec", "PDF417", "DataMatrix",
    "Code128", "Code39", "Codabar", "ITF", "EAN13", "EAN8", "UPCA", "UPCE",
)  # fmt: skip
"""All that can be looked for: two-dimensional ones first."""

TWO_DIMENSIONAL = frozenset(
    {"QRCode", "MicroQRCode", "RMQRCode", "Aztec", "PDF417", "MicroPDF417", "DataMatrix"}
)
"""Formats whose error correction is strong enough to trust a single frame."""

STACKED = frozenset({"PDF417", "MicroPDF417"})
"""Two-dimensional formats that an altered picture can yield a false text of. One look at an
unaltered picture is enough, of altered ones two have to agree."""

WEAK = frozenset({"Code39", "Codabar", "ITF"})
"""One-dimensional formats without check data: part of another code, or of a shelf, reads as one."""

SHORTEST_WEAK = 6
"""Characters that a code of a weak format has at least."""

AGREEING_WEAK = 3
"""Readings of a code of a weak format that have to agree."""

AGREEING_BARS = 2
"""Readings of any other one-dimensional code that have to agree."""

_UPC = frozenset({"UPCA", "UPCE"})
_UPC_REPORTED, _UPC_START = "EAN13", "0"


def agreeing(code_format: str, bars: int = AGREEING_BARS) -> int:
    """Return how many frames must read a code of a format before it counts.

    ``bars`` is the number for one-dimensional formats with check data.
    """
    if code_format in TWO_DIMENSIONAL:
        return 1
    return max(bars, AGREEING_WEAK) if code_format in WEAK and bars > 1 else bars


def is_long_enough(text: str, code_format: str) -> bool:
    """Return whether a text of a weak format has the characters it needs to be believed."""
    return code_format not in WEAK or len(text) >= SHORTEST_WEAK


def is_wanted(code: Code, formats: Collection[str]) -> bool:
    """Return whether ``code`` is of one of ``formats``.

    UPC codes are reported as ``EAN13``, and so are recognized by their text.
    """
    if code.format in formats:
        return True
    return (
        code.format == _UPC_REPORTED
        and code.text.startswith(_UPC_START)
        and (not _UPC.isdisjoint(formats))
    )


def format_named(name: str) -> str:
    """Return the known format that ``name`` means, in any case and with any separators.

    Raises ValueError with the name if there is none.
    """
    found = _BY_PLAIN_NAME.get(_plain(name))
    if found is None:
        raise ValueError(f"unknown code format {name!r}; there are {', '.join(KNOWN_FORMATS)}")
    return found


def known_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the known ones of ``names``, in the order of ``KNOWN_FORMATS``.

    The default formats if none is known: a desk always looks for something.
    """
    wanted = set(names)
    return tuple(name for name in KNOWN_FORMATS if name in wanted) or DEFAULT_FORMATS


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


_BY_PLAIN_NAME = {_plain(name): name for name in KNOWN_FORMATS}
