"""Texts about the formats of codes, from messages of the service and of the scanner. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from kiosk.style import Tone
from kiosk.texts import Texts, as_shown
from scanner.events import Code
from scanner.formats import KNOWN_FORMATS, SHORTEST_WEAK, WEAK, is_wanted

_NAMES = {
    "PDF417": "PDF417",
    "DataMatrix": "Data Matrix",
    "Code128": "Code 128",
    "Code39": "Code 39",
    "ITF": "ITF (2 of 5)",
    "EAN13": "EAN-13",
    "EAN8": "EAN-8",
    "UPCA": "UPC-A",
    "UPCE": "UPC-E",
}
"""Names that are the same in every language."""

_LONGEST_TEXT = 120


@dataclass(frozen=True)
class ReadLine:
    """One code that the camera read: its format, its text, and whether it counts at the desk."""

    format: str
    text: str
    status: str
    tone: Tone


def format_titles(texts: Texts) -> dict[str, str]:
    """Return what all formats that can be chosen are called, two-dimensional ones first."""
    return {name: format_title(name, texts) for name in KNOWN_FORMATS}


def format_title(name: str, texts: Texts) -> str:
    """Return the name of a format as people know it."""
    return texts.say("QR code") if name == "QRCode" else _NAMES.get(name, name)


def read_line(code: Code, chosen: Collection[str], texts: Texts) -> ReadLine:
    """Return the texts for a code that was read while ``chosen`` formats are ticked."""
    counts = is_wanted(code, chosen)
    title = format_title(code.format, texts)
    if code.format == "EAN13" and code.text.startswith("0"):
        title = "UPC / EAN-13"
    shown = as_shown(code.text)
    if len(shown) > _LONGEST_TEXT:
        shown = f"{shown[:_LONGEST_TEXT]}…"
    return ReadLine(
        title,
        shown,
        texts.say("is read at the desk") if counts else texts.say("not ticked"),
        Tone.ACTIVE if counts else Tone.NO_MEMBERSHIP,
    )


def weak_hint(texts: Texts) -> str:
    """Return what to know of formats without check digits."""
    names = ", ".join(format_title(name, texts) for name in KNOWN_FORMATS if name in WEAK)
    return texts.say(
        "{names}: only with at least {count} characters, because they have no check digit.",
        names=names,
        count=SHORTEST_WEAK,
    )
