"""The looks of each kind of control: a style sheet with glyphs in the colours of the theme.

Paddings are multiples of 4 pixels, less the border, so that a control keeps its size when its
border grows: 40 pixels high, 32 in a menu or a table.
"""

from dataclasses import dataclass

import resources

CORNER = 8
"""Radius of the corners of a control."""


@dataclass(frozen=True)
class Theme:
    """Colours of everything but the verdict.

    ``line`` divides, ``edge`` bounds a control: 3:1 on what it lies on (WCAG 2.2, 1.4.11).
    """

    name: str
    window: str
    surface: str
    raised: str
    line: str
    edge: str
    ink: str
    muted: str
    accent: str
    good: str
    warn: str
    bad: str
    veil: str


def controls(theme: Theme) -> str:
    """Return the style sheet (QSS) of all controls."""
    parts = (_lines, _choices, _buttons, _checks, _steps, _days, _lists, _tabs, _bars, _menus)
    return "".join(part(theme) for part in parts)


def glyph(theme: Theme, name: str) -> str:
    """Return the ``url`` of a glyph (QSS) in the colour that it has in ``theme``."""
    path = resources.path(f"controls/{theme.name}/{name}.svg")
    return f'url("{path.as_posix()}")'


def _lines(t: Theme) -> str:
    """Fields for text."""
    return f"""
    QLineEdit, QPlainTextEdit, QTextEdit {{ background: {t.raised}; color: {t.ink};
        border: 1px solid {t.edge}; border-radius: {CORNER}px; padding: 9px 11px;
        selection-background-color: {t.accent}; selection-color: {t.surface};
        placeholder-text-color: {t.muted}; }}
    QLineEdit:hover, QPlainTextEdit:hover {{ border: 1px solid {t.muted}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{ border: 2px solid {t.accent};
        padding: 8px 10px; }}
    QLineEdit:disabled, QPlainTextEdit:disabled {{ color: {t.muted}; background: {t.surface}; }}
    QLineEdit[readOnly="true"] {{ background: {t.surface}; }}
    QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"] {{ border: 2px solid {t.bad};
        padding: 8px 10px; }}
    """


def _choices(t: Theme) -> str:
    """Combo boxes and their lists."""
    return f"""
    QComboBox {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.edge};
        border-radius: {CORNER}px; padding: 9px 11px; combobox-popup: 0; }}
    QComboBox:hover {{ border: 1px solid {t.muted}; }}
    QComboBox:focus, QComboBox:on {{ border: 2px solid {t.accent}; padding: 8px 10px; }}
    QComboBox[wrong="true"] {{ border: 2px solid {t.bad}; padding: 8px 10px; }}
    QComboBox:disabled {{ color: {t.muted}; background: {t.surface}; }}
    QComboBox::drop-down {{ subcontrol-origin: border; subcontrol-position: center right;
        width: 36px; border: none; background: transparent; }}
    QComboBox::down-arrow {{ image: {glyph(t, "down")}; width: 16px; height: 16px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.ink};
        border: 1px solid {t.edge}; outline: none; padding: 4px;
        selection-background-color: {t.accent}; selection-color: {t.surface}; }}
    QComboBox QAbstractItemView::item {{ min-height: 32px; padding: 0 8px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {t.accent}; color: {t.surface}; }}
    """


def _buttons(t: Theme) -> str:
    """Push buttons: plain, primary, danger and those that look like a link."""
    return f"""
    QPushButton {{ background: {t.raised}; border: 1px solid {t.edge};
        border-radius: {CORNER}px; padding: 9px 15px; font-weight: 600; }}
    QPushButton:hover {{ border: 1px solid {t.accent}; }}
    QPushButton:pressed {{ background: {t.line}; }}
    QPushButton:checked {{ background: {t.accent}; color: {t.surface}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 8px 14px; }}
    QPushButton:disabled {{ color: {t.muted}; border: 1px solid {t.line}; }}
    QPushButton::menu-indicator {{ image: {glyph(t, "down")}; width: 16px; height: 16px;
        subcontrol-position: center right; right: 8px; }}
    #primary {{ background: {t.accent}; color: {t.surface}; border: 1px solid {t.accent}; }}
    #primary:hover, #primary:focus {{ border: 2px solid {t.ink}; padding: 8px 14px; }}
    #primary:disabled {{ background: {t.line}; color: {t.muted}; border: 1px solid {t.line}; }}
    #danger {{ background: {t.bad}; color: {t.surface}; border: 1px solid {t.bad}; }}
    #danger:hover, #danger:focus {{ border: 2px solid {t.ink}; padding: 8px 14px; }}
    #danger:disabled {{ background: {t.line}; color: {t.muted}; border: 1px solid {t.line}; }}
    #link {{ background: transparent; border: 1px solid transparent; color: {t.accent};
        padding: 3px 7px; }}
    #link:hover, #link:focus {{ border: 1px solid {t.accent}; padding: 3px 7px; }}
    #link:disabled {{ color: {t.muted}; border: 1px solid transparent; }}
    QToolButton {{ background: transparent; border: 1px solid transparent;
        border-radius: {CORNER}px; padding: 7px; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:focus {{ border: 1px solid {t.accent}; }}
    QToolButton::menu-indicator {{ image: none; }}
    """


def _checks(t: Theme) -> str:
    """Check boxes and radio buttons."""
    return f"""
    QCheckBox, QRadioButton {{ spacing: 12px; padding: 4px 0; background: transparent; }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {t.muted}; }}
    QCheckBox::indicator, QRadioButton::indicator, QTableView::indicator {{
        width: 18px; height: 18px; border: 1px solid {t.edge}; background: {t.raised}; }}
    QCheckBox::indicator, QTableView::indicator {{ border-radius: 4px; }}
    QRadioButton::indicator {{ border-radius: 10px; }}
    QCheckBox::indicator:hover, QRadioButton::indicator:hover {{ border: 1px solid {t.accent}; }}
    QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ width: 16px; height: 16px;
        border: 2px solid {t.accent}; }}
    QCheckBox::indicator:checked, QTableView::indicator:checked {{
        background: {t.accent}; border: 1px solid {t.accent}; image: {glyph(t, "check")}; }}
    QCheckBox::indicator:checked:focus {{ border: 2px solid {t.ink}; width: 16px; height: 16px; }}
    QRadioButton::indicator:checked {{ width: 8px; height: 8px; background: {t.surface};
        border: 6px solid {t.accent}; }}
    QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{
        background: {t.line}; border: 1px solid {t.line}; }}
    """


def _steps(t: Theme) -> str:
    """Spin boxes and fields for dates and times of Qt's own."""
    return f"""
    QAbstractSpinBox {{ background: {t.raised}; color: {t.ink}; border: 1px solid {t.edge};
        border-radius: {CORNER}px; padding: 9px 32px 9px 11px;
        selection-background-color: {t.accent}; selection-color: {t.surface}; }}
    QAbstractSpinBox QLineEdit {{ background: transparent; border: none; padding: 0 8px; }}
    QAbstractSpinBox:focus {{ border: 2px solid {t.accent}; padding: 8px 31px 8px 10px; }}
    QAbstractSpinBox:disabled {{ color: {t.muted}; background: {t.surface}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ subcontrol-origin: border;
        width: 28px; border: none; background: transparent; }}
    QAbstractSpinBox::up-button {{ subcontrol-position: top right; }}
    QAbstractSpinBox::down-button {{ subcontrol-position: bottom right; }}
    QAbstractSpinBox::up-arrow {{ image: {glyph(t, "up")}; width: 16px; height: 16px; }}
    QAbstractSpinBox::down-arrow {{ image: {glyph(t, "down")}; width: 16px; height: 16px; }}
    """


def _days(t: Theme) -> str:
    """The calendar."""
    return f"""
    #calendar {{ qproperty-icon: {glyph(t, "calendar")}; padding: 9px 11px; }}
    #calendar:focus {{ padding: 8px 10px; }}
    QCalendarWidget {{ border: 1px solid {t.edge}; border-radius: {CORNER}px; }}
    QCalendarWidget QWidget {{ background: {t.surface}; color: {t.ink};
        alternate-background-color: {t.raised}; }}
    QCalendarWidget #qt_calendar_navigationbar {{ background: {t.raised}; min-height: 40px; }}
    QCalendarWidget QToolButton {{ background: transparent; color: {t.ink}; font-weight: 600;
        padding: 3px 7px; }}
    QCalendarWidget QToolButton:hover {{ background: {t.line}; }}
    QCalendarWidget QSpinBox {{ padding: 3px 24px 3px 7px; }}
    QCalendarWidget #qt_calendar_prevmonth {{ qproperty-icon: {glyph(t, "left")}; }}
    QCalendarWidget #qt_calendar_nextmonth {{ qproperty-icon: {glyph(t, "right")}; }}
    QCalendarWidget QAbstractItemView {{ outline: none; border: none;
        selection-background-color: {t.accent}; selection-color: {t.surface}; }}
    QCalendarWidget QAbstractItemView:disabled {{ color: {t.muted}; }}
    """


def _lists(t: Theme) -> str:
    """Tables, their headers, trees and lists."""
    return f"""
    QTableView, QTreeView {{ background: {t.surface}; alternate-background-color: {t.raised};
        border: 1px solid {t.line}; border-radius: {CORNER}px; gridline-color: {t.line};
        outline: none; selection-background-color: {t.accent}; selection-color: {t.surface}; }}
    QTableView::item, QTreeView::item {{ padding: 4px 8px; border: none; }}
    QTableView::item:selected, QTreeView::item:selected {{ background: {t.accent};
        color: {t.surface}; }}
    QTableView:focus, QTreeView:focus {{ border: 1px solid {t.accent}; }}
    QHeaderView, QTableCornerButton::section {{ background: {t.raised}; border: none; }}
    QHeaderView::section {{ background: {t.raised}; color: {t.muted}; border: none;
        border-bottom: 1px solid {t.line}; padding: 8px; font-weight: 600; text-align: left; }}
    QHeaderView::down-arrow {{ image: {glyph(t, "down")}; width: 16px; height: 16px; }}
    QHeaderView::up-arrow {{ image: {glyph(t, "up")}; width: 16px; height: 16px; }}
    QListView {{ background: transparent; border: none; outline: none; }}
    """


def _tabs(t: Theme) -> str:
    """Tabs."""
    return f"""
    QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
    QTabBar {{ background: transparent; }}
    QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 8px 16px;
        border: none; border-bottom: 2px solid transparent; font-weight: 600; }}
    QTabBar::tab:hover {{ color: {t.ink}; }}
    QTabBar::tab:selected {{ color: {t.ink}; border-bottom: 2px solid {t.accent}; }}
    QTabBar::tab:focus {{ border: 1px solid {t.accent}; }}
    """


def _bars(t: Theme) -> str:
    """Scroll bars, progress and sliders."""
    return f"""
    QScrollArea, #scrolled {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
    QScrollBar::handle {{ background: {t.edge}; border-radius: 4px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::handle:hover {{ background: {t.muted}; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; width: 0; height: 0; }}
    QProgressBar {{ background: {t.line}; color: {t.ink}; border: none; border-radius: 4px;
        min-height: 8px; max-height: 8px; text-align: center; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
    QSlider::groove:horizontal {{ background: {t.line}; height: 4px; border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {t.accent}; width: 16px; margin: -6px 0;
        border-radius: 8px; }}
    """


def _menus(t: Theme) -> str:
    """Menus and tool tips."""
    return f"""
    QMenu {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge};
        border-radius: {CORNER}px; padding: 4px; }}
    QMenu::item {{ padding: 8px 24px 8px 12px; border-radius: 4px; background: transparent; }}
    QMenu::item:selected {{ background: {t.accent}; color: {t.surface}; }}
    QMenu::item:disabled {{ color: {t.muted}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
    QMenu::right-arrow {{ image: {glyph(t, "right")}; width: 16px; height: 16px; }}
    QMenu::indicator {{ width: 16px; height: 16px; }}
    QToolTip {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge};
        padding: 4px 8px; }}
    """
