"""The signup page in two chosen colours, and whether it is readable. Pure.

The page writes in black or white, whichever has more contrast to the background, and shows links
in a readable shade of the accent; a button can still be too similar to the background.
"""

import re
from dataclasses import dataclass

from babel.numbers import format_decimal

from kiosk.texts import Texts

READABLE, SEEN = 4.5, 3.0
"""Least contrast of text, and of a button to its surroundings (WCAG 2.2, level AA)."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_BLACK, _WHITE = "#000000", "#ffffff"


@dataclass(frozen=True)
class JoinLooks:
    """Colours as ``#rrggbb``, and a sentence about their contrast; ``good`` if it suffices."""

    ground: str
    ink: str
    accent: str
    on_accent: str
    sentence: str
    good: bool


def join_looks(accent: str, background: str, texts: Texts) -> JoinLooks | None:
    """Return the colours of the page; None while one of both is incomplete."""
    if not _COLOUR.match(accent) or not _COLOUR.match(background):
        return None
    ink, on_accent = _text_on(background), _text_on(accent)
    apart = contrast(accent, background)
    if apart < SEEN:
        sentence = texts.say(
            "The button hardly stands out: its contrast is {ratio}, at least {least} is needed.",
            ratio=_written(apart, texts), least=_written(SEEN, texts),
        )  # fmt: skip
    elif apart < READABLE:
        sentence = texts.say("Good to read; links are shown in a stronger shade of the accent.")
    else:
        sentence = texts.say(
            "Good to read: contrast of the text {text}, of the button {button}.",
            text=_written(contrast(ink, background), texts),
            button=_written(contrast(on_accent, accent), texts),
        )
    return JoinLooks(background, ink, accent, on_accent, sentence, apart >= SEEN)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 (none) to 21 (black on white; WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _text_on(ground: str) -> str:
    return max((_BLACK, _WHITE), key=lambda colour: contrast(colour, ground))


def _luminance(colour: str) -> float:
    """Return the relative luminance from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _written(ratio: float, texts: Texts) -> str:
    return f"{format_decimal(ratio, format='0.0', locale=texts.locale)} : 1"
