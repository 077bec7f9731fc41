"""Every page is drawn in each of its states, and its texts can be read in the themes.

To read is 4.5 to 1, from the pixels as rendered. A state is made once for all of it: a window costs
more than what is looked at in it.
"""

from contextlib import ExitStack

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.style import LIGHT, THEMES, stylesheet
from tests.kiosk.rendered import LEAST, readings
from tests.windows import no_other_windows
from tools.screenshots.looks import Look
from tools.screenshots.pages import PAGES
from tools.screenshots.shots import FULL, Shots
from tools.screenshots.studio import studio

HEIGHT = 2400
"""Pixels of a window in which no page is scrolled, so that every text is seen."""

LOOKS = [Look(theme=theme, language="de", width=1024, height=HEIGHT) for theme in THEMES]

ALWAYS = {FULL, "error", "search"}
"""States with texts that no other state of a page has; and each with a form."""


EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@EACH_PAGE
def test_each_state_can_be_made_and_every_text_of_it_be_read(
    qapp: QApplication, page: Shots
) -> None:
    """The page as it usually is in every theme, another state in one, which differ by state."""
    draw_and_read(page, {FULL})


@pytest.mark.soak
@EACH_PAGE
def test_every_text_of_each_state_can_be_read_in_every_theme(
    qapp: QApplication, page: Shots
) -> None:
    draw_and_read(page, set(page.states))


def draw_and_read(page: Shots, in_every_theme: set[str]) -> None:
    """Make each state, and read its texts if they are its own.

    The theme in which it is made comes first: a window with all of a page in it is styled slowly.
    """
    load_fonts()
    for number, (state, make) in enumerate(page.states.items(), PAGES.index(page)):
        themes = [LOOKS[(number + more) % len(LOOKS)].theme for more in range(len(LOOKS))]
        read_it = state in ALWAYS or state.endswith("form")
        with ExitStack() as until_here:
            with no_other_windows():
                opened = until_here.enter_context(studio(LOOKS[number % len(LOOKS)]))
                make(opened)
            shown = [each for each in opened.window.findChildren(QLabel) if each.isVisible()]
            assert shown, state
            for theme in themes[: len(themes) if state in in_every_theme else 1] if read_it else ():
                opened.window.set_theme(theme)
                opened.picture()
                read = list(readings(opened.window))
                assert len(read) > 2, (state, theme.name)
                faint = [each for each in read if each.ratio < LEAST]
                assert faint == [], (state, theme.name)


def test_a_part_that_is_a_window_for_a_moment_is_found(qapp: QApplication) -> None:
    page, part = QWidget(), QLabel("Shown too early")

    def show_early() -> None:
        with no_other_windows():
            part.show()
            QVBoxLayout(page).addWidget(part)

    with pytest.raises(AssertionError, match="QLabel"):
        show_early()


def test_a_faint_text_is_found_and_a_disabled_one_is_exempt(
    qtbot: QtBot, qapp: QApplication
) -> None:
    qapp.setStyleSheet(stylesheet(LIGHT))
    page = QWidget()
    qtbot.addWidget(page)
    page.setStyleSheet("QWidget { background: #ffffff; }")
    column = QVBoxLayout(page)
    faint, exempt, plain = QLabel("Faint text"), QLabel("Off"), QLabel("Plain text")
    faint.setStyleSheet("color: #8a8a8a;")
    exempt.setStyleSheet("color: #bbbbbb;")
    exempt.setEnabled(False)
    for each in (faint, exempt, plain):
        column.addWidget(each)
    page.show()
    found = {each.text: each.ratio for each in readings(page)}
    assert set(found) == {"Faint text", "Plain text"}
    assert 3 < found["Faint text"] < LEAST
    assert found["Plain text"] > 15
