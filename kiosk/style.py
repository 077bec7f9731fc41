"""Colours, type and spacing of all widgets.

Lengths are in device-independent pixels. Colours are ``#rrggbb``.
"""

from dataclasses import dataclass
from enum import StrEnum

FONT_FAMILY = "Inter"
FONT_FILES = ("Regular", "Medium", "SemiBold", "Bold")

CAPTION, BODY, TITLE, LARGE, NAME, HEADLINE = 13, 15, 20, 30, 50, 104
"""The type scale, in pixels at a verdict panel of ``DESIGN_HEIGHT``."""

XS, S, M, L, XL, XXL = 4, 8, 16, 24, 32, 48
"""The spacing scale."""

RADIUS = 14
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


@dataclass(frozen=True)
class Theme:
    """Colours of everything but the verdict."""

    name: str
    window: str
    surface: str
    raised: str
    line: str
    ink: str
    muted: str
    accent: str
    good: str
    warn: str
    bad: str
    veil: str


LIGHT = Theme(
    name="light",
    window="#eef1f4",
    surface="#ffffff",
    raised="#f5f7f9",
    line="#d5dbe1",
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
    ink="#eef2f5",
    muted="#a0acb8",
    accent="#4db6a6",
    good="#4fc3b0",
    warn="#ffc14d",
    bad="#ff8a75",
    veil="rgba(0, 0, 0, 150)",
)


def stylesheet(theme: Theme) -> str:
    """Return the application's style sheet (QSS) for ``theme``."""
    t = theme
    return f"""
    * {{ font-family: "{FONT_FAMILY}"; font-size: {BODY}px; color: {t.ink}; }}
    QMainWindow, #root {{ background: {t.window}; }}
    #bar, #side, #rail, #hits {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; }}
    #bar QLabel, #side QLabel, #rail QLabel {{ background: transparent; }}
    #club {{ font-size: {TITLE}px; font-weight: 600; }}
    #clock {{ font-size: {TITLE}px; font-weight: 500; }}
    #muted, #empty {{ color: {t.muted}; }}
    #section {{ color: {t.muted}; font-size: {CAPTION}px; font-weight: 600; }}
    QLineEdit {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 10px;
        padding: 10px 14px; selection-background-color: {t.accent}; }}
    QLineEdit:focus {{ border: 2px solid {t.accent}; padding: 9px 13px; }}
    QPlainTextEdit, QComboBox {{ background: {t.raised}; border: 1px solid {t.line};
        border-radius: 10px; padding: 8px 12px; }}
    QComboBox QAbstractItemView, QCalendarWidget QWidget {{ background: {t.surface}; }}
    QPushButton {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 10px;
        padding: 8px 14px; font-weight: 600; }}
    QPushButton:checked {{ background: {t.accent}; color: {t.surface}; }}
    QPushButton:hover {{ border: 1px solid {t.accent}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 7px 13px; }}
    QPushButton:disabled {{ color: {t.muted}; }}
    #primary {{ background: {t.accent}; color: {t.surface}; border: 1px solid {t.accent}; }}
    #primary:focus {{ border: 2px solid {t.ink}; }}
    #primary:disabled {{ background: {t.line}; border: 1px solid {t.line}; }}
    #link {{ background: transparent; border: 1px solid transparent; color: {t.accent};
        padding: 4px 6px; }}
    #link:focus {{ border: 1px solid {t.accent}; }}
    #card, #page {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; }}
    #line {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 10px; }}
    #card QLabel, #page QLabel, #line QLabel, #form QLabel {{ background: transparent; }}
    #title {{ font-size: {TITLE}px; font-weight: 600; }}
    #name {{ font-size: {LARGE}px; font-weight: 700; }}
    #strong {{ font-weight: 600; }}
    #failure {{ color: {t.bad}; font-weight: 600; }}
    #label {{ font-size: {CAPTION}px; font-weight: 600; }}
    #hint {{ font-size: {CAPTION}px; color: {t.muted}; }}
    #error {{ font-size: {CAPTION}px; color: {t.bad}; font-weight: 600; }}
    QLineEdit[wrong="true"] {{ border: 2px solid {t.bad}; padding: 9px 13px; }}
    QPlainTextEdit[wrong="true"], QComboBox[wrong="true"] {{ border: 2px solid {t.bad};
        padding: 7px 11px; }}
    #form {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: {RADIUS}px; }}
    #notice {{ background: {t.ink}; color: {t.surface}; border-radius: 10px; padding: 12px 16px;
        font-weight: 600; }}
    #choice {{ border-radius: 15px; padding: 5px 12px; font-weight: 500; }}
    #choice:focus {{ border: 2px solid {t.ink}; padding: 4px 11px; }}
    #tag {{ border: 1px solid {t.line}; border-radius: 10px; padding: 1px 8px;
        font-size: {CAPTION}px; }}
    #hit {{ text-align: left; padding: 0; }}
    #hit:focus {{ border: 2px solid {t.accent}; padding: 0; }}
    #held {{ background: {t.raised}; border-radius: 8px; }}
    #menu {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 10px; }}
    #menu QLabel {{ background: transparent; padding: 4px 8px 0 8px; }}
    #menu QPushButton {{ text-align: left; background: transparent; border: 1px solid transparent;
        font-weight: 500; }}
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
    #danger {{ background: {t.bad}; color: {t.surface}; border: 1px solid {t.bad}; }}
    #danger:focus {{ border: 2px solid {t.ink}; }}
    #danger:disabled {{ background: {t.line}; color: {t.muted}; border: 1px solid {t.line}; }}
    QScrollArea, #scrolled {{ background: transparent; border: none; }}
    QListView {{ background: transparent; border: none; outline: none; }}
    #form QListWidget::item {{ border-radius: 8px; padding-left: 8px; }}
    #form QListWidget::item:hover, #form QListWidget::item:selected {{ background: {t.raised};
        color: {t.ink}; border: 1px solid {t.accent}; }}
    QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 8px;
        padding: 6px; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:focus {{ border: 1px solid {t.accent}; }}
    #rail QToolButton {{ padding: 9px 10px; border-radius: 10px; font-weight: 500;
        text-align: left; }}
    #rail QToolButton:checked {{ background: {t.raised}; border: 1px solid {t.line};
        color: {t.accent}; font-weight: 600; }}
    #rail QToolButton:focus {{ border: 1px solid {t.accent}; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
    QMenu::item {{ padding: 8px 20px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {t.raised}; color: {t.accent}; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.line}; border-radius: 4px; min-height: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; height: 0; }}
    QToolTip {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line};
        padding: 4px; }}
    """
