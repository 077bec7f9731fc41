"""Colours, type and spacing of all widgets.

Lengths are in device-independent pixels. Colours are ``#rrggbb``.
"""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.controls import Theme as Theme  # noqa: PLC0414 - part of this module for its users
from kiosk.controls import controls

FONT_FAMILY = "Inter"
FONT_FILES = ("Regular", "Medium", "SemiBold", "Bold")

CAPTION, BODY, TITLE, LARGE, NAME, HEADLINE = 13, 15, 20, 30, 50, 104
"""The type scale, in pixels at a verdict panel of ``DESIGN_HEIGHT``."""

XS, S, M, L, XL, XXL = 4, 8, 16, 24, 32, 48
"""The spacing scale."""

RADIUS = 12
DESIGN_HEIGHT = 760


class Tone(StrEnum):
    """The kinds of verdict that a receptionist must tell apart at a glance."""

    ACTIVE = "active"
    ATTENTION = "attention"
    EXPIRED = "expired"
    NO_MEMBERSHIP = "no_membership"
    NOT_YET_STARTED = "not_yet_started"
    BLOCKED = "blocked"
    CARD_REVOKED = "card_revoked"
    UNKNOWN_CODE = "unknown_code"
    COULD_NOT_CHECK = "could_not_check"


@dataclass(frozen=True)
class Paint:
    """A background colour, and a text colour that is readable on it."""

    fill: str
    ink: str


TONES: dict[Tone, Paint] = {
    Tone.ACTIVE: Paint("#00695c", "#ffffff"),
    Tone.ATTENTION: Paint("#f5b301", "#241a00"),
    Tone.EXPIRED: Paint("#b93815", "#ffffff"),
    Tone.NO_MEMBERSHIP: Paint("#8f9cab", "#10151a"),
    Tone.NOT_YET_STARTED: Paint("#1d4fd7", "#ffffff"),
    Tone.BLOCKED: Paint("#15151a", "#ffffff"),
    Tone.CARD_REVOKED: Paint("#7a1fa2", "#ffffff"),
    Tone.UNKNOWN_CODE: Paint("#d5d9e0", "#1b1f24"),
    Tone.COULD_NOT_CHECK: Paint("#fff6d6", "#3a2c00"),
}
"""Fills differ in lightness as well as in hue, for people with colour blindness."""


LIGHT = Theme(
    name="light",
    window="#eef1f4",
    surface="#ffffff",
    raised="#f5f7f9",
    line="#d5dbe1",
    edge="#7d8894",
    ink="#14181d",
    muted="#55606c",
    accent="#00695c",
    good="#00796b",
    warn="#8a5a00",
    bad="#b3261e",
    veil="rgba(20, 24, 29, 110)",
)
DARK = Theme(
    name="dark",
    window="#0e1216",
    surface="#171c22",
    raised="#1f262e",
    line="#303943",
    edge="#6f7c89",
    ink="#eef2f5",
    muted="#a0acb8",
    accent="#4db6a6",
    good="#4fc3b0",
    warn="#ffc14d",
    bad="#ff8a75",
    veil="rgba(0, 0, 0, 150)",
)


HIGH_CONTRAST = Theme(
    name="high",
    window="#000000",
    surface="#000000",
    raised="#000000",
    line="#8c8c8c",
    edge="#ffffff",
    ink="#ffffff",
    muted="#e0e0e0",
    accent="#ffd60a",
    good="#6ee7b7",
    warn="#ffd60a",
    bad="#ff9c9c",
    veil="rgba(0, 0, 0, 200)",
)
THEMES = (LIGHT, DARK, HIGH_CONTRAST)


def next_theme(theme: Theme) -> Theme:
    """Return the theme after ``theme``: light, dark, high contrast, and light again."""
    return THEMES[(THEMES.index(theme) + 1) % len(THEMES)]


def stylesheet(theme: Theme) -> str:
    """Return the application's style sheet (QSS) for ``theme``."""
    t = theme
    return (
        controls(t)
        + f"""
    * {{ font-family: "{FONT_FAMILY}"; font-size: {BODY}px; color: {t.ink}; }}
    QMainWindow, #root {{ background: {t.window}; }}
    #bar, #side, #rail, #hits {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; }}
    #bar QLabel, #side QLabel, #rail QLabel {{ background: transparent; }}
    #club {{ font-size: {TITLE}px; font-weight: 600; }}
    #clock {{ font-size: {TITLE}px; font-weight: 400; }}
    #muted, #empty {{ color: {t.muted}; }}
    #section {{ color: {t.muted}; font-size: {CAPTION}px; font-weight: 600; }}
    #card, #page {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; }}
    #line {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 8px; }}
    #card QLabel, #page QLabel, #line QLabel, #form QLabel {{ background: transparent; }}
    #title {{ font-size: {TITLE}px; font-weight: 600; }}
    #name {{ font-size: {LARGE}px; font-weight: 600; }}
    #strong {{ font-weight: 600; }}
    #failure {{ color: {t.bad}; font-weight: 600; }}
    #label {{ font-size: {CAPTION}px; font-weight: 600; }}
    #hint {{ font-size: {CAPTION}px; color: {t.muted}; }}
    #error {{ font-size: {CAPTION}px; color: {t.bad}; font-weight: 600; }}
    #form {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    #notice {{ background: {t.ink}; color: {t.surface}; border-radius: 8px; padding: 12px 16px;
        font-weight: 600; }}
    #choice {{ border-radius: 15px; padding: 5px 12px; font-weight: 400; }}
    #choice:focus {{ border: 2px solid {t.ink}; padding: 4px 11px; }}
    #tag {{ border: 1px solid {t.line}; border-radius: 10px; padding: 1px 8px;
        font-size: {CAPTION}px; }}
    #hit {{ text-align: left; padding: 0; }}
    #hit:focus {{ border: 2px solid {t.accent}; padding: 0; }}
    #held {{ background: {t.raised}; border-radius: 8px; }}
    #menu {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; }}
    #menu QLabel {{ background: transparent; padding: 4px 8px 0 8px; }}
    #menu QPushButton {{ text-align: left; background: transparent; border: 1px solid transparent;
        font-weight: 400; }}
    #menu QPushButton:hover, #menu QPushButton:focus {{ background: {t.raised};
        border: 1px solid {t.accent}; padding: 8px 14px; }}
    #menu #danger_item {{ color: {t.bad}; }}
    #tabs {{ background: transparent; }}
    #tabs::tab {{ background: transparent; color: {t.muted}; padding: 8px 2px; margin-right: 14px;
        border: none; border-bottom: 2px solid transparent; font-weight: 600; }}
    #tabs::tab:selected {{ color: {t.ink}; border-bottom: 2px solid {t.accent}; }}
    #tabs::tab:hover {{ color: {t.ink}; }}
    #tabs:focus::tab:selected {{ color: {t.accent}; }}
    #toast {{ background: {t.raised}; border: 1px solid {t.accent}; border-radius: 10px; }}
    #toast QLabel {{ background: transparent; }}
    #veil {{ background: {t.veil}; border-radius: {RADIUS}px; }}
    #form QListWidget::item {{ border-radius: 8px; padding-left: 8px; }}
    #form QListWidget::item:hover, #form QListWidget::item:selected {{ background: {t.raised};
        color: {t.ink}; border: 1px solid {t.accent}; }}
    #rail QToolButton {{ padding: 9px 11px; border-radius: 8px; font-weight: 400;
        text-align: left; }}
    #rail QToolButton:checked {{ background: {t.raised}; border: 1px solid {t.line};
        color: {t.accent}; font-weight: 600; }}
    #rail QToolButton:focus {{ border: 1px solid {t.accent}; }}
    """
    )
