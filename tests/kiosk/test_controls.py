"""The controls: drawn in the colours of the theme down to their glyphs, in 4-pixel steps."""

import re

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

import resources
from kiosk.application import theme_of
from kiosk.staff.pages.inputs import Choice
from kiosk.style import DARK, HIGH_CONTRAST, LIGHT, THEMES, Theme, next_theme, stylesheet
from tests.kiosk.rendered import ratio
from tools.control_glyphs import GLYPHS, drawn

THEME = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)


@THEME
@pytest.mark.parametrize("name", GLYPHS)
def test_each_glyph_is_the_icon_in_the_colour_of_its_theme(theme: Theme, name: str) -> None:
    stored = resources.path(f"controls/{theme.name}/{name}.svg").read_text(encoding="utf-8")
    assert stored == drawn(theme, name), "make them anew: python -m tools.control_glyphs"


@THEME
def test_the_edge_of_a_control_is_seen(theme: Theme) -> None:
    edge, surface = (int(each[1:], 16) for each in (theme.edge, theme.surface))
    assert ratio(edge, surface) >= 3


@THEME
def test_all_type_has_one_of_two_weights(theme: Theme) -> None:
    weights = set(re.findall(r"font-weight: (\w+)", stylesheet(theme)))
    assert weights == {"400", "600"}


def test_fields_and_buttons_of_a_row_have_one_height(qtbot: QtBot, qapp: QApplication) -> None:
    qapp.setStyleSheet(stylesheet(LIGHT))
    made = (QLineEdit("a"), Choice([("a", "A")]), QPushButton("Save"))
    for each in made:
        qtbot.addWidget(each)
        each.ensurePolished()
    heights = {each.sizeHint().height() for each in made}
    assert max(heights) - min(heights) <= 2, heights


def test_themes_follow_each_other_and_are_chosen_by_name(qapp: QApplication) -> None:
    assert [next_theme(theme) for theme in THEMES] == [DARK, HIGH_CONTRAST, LIGHT]
    assert [theme_of(theme.name) for theme in THEMES] == list(THEMES)
    assert theme_of("system") in THEMES
