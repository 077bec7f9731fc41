"""Every text on every page can be read in every theme: 4.5 to 1, from the pixels as rendered."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.style import LIGHT, THEMES, Theme, stylesheet
from tests.kiosk.rendered import LEAST, readings
from tools.screenshots.looks import Look
from tools.screenshots.pages import PAGES
from tools.screenshots.shots import FULL, Shots
from tools.screenshots.studio import studio

HEIGHT = 2400
"""Pixels of a window in which no page is scrolled, so that every text is seen."""

ALWAYS = {FULL, "error", "search"}
"""States with texts that no other state of a page has; and each with a form."""


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_text_of_a_page_can_be_read(qapp: QApplication, page: Shots, theme: Theme) -> None:
    load_fonts()
    for state, make in page.states.items():
        if state not in ALWAYS and not state.endswith("form"):
            continue
        with studio(Look(theme=theme, language="de", width=1024, height=HEIGHT)) as opened:
            make(opened)
            opened.picture()
            read = list(readings(opened.window))
        assert len(read) > 2, state
        faint = [each for each in read if each.ratio < LEAST]
        assert faint == [], state


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
