"""The icons: one family in one version, each that the desk names is there, and each is drawn."""

import ast
import re

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

import resources
from kiosk.style import Tone
from kiosk.views.icons import icon
from tests.conftest import ROOT

FOLDER = resources.path("icons/README.md").parent
FILES = sorted(FOLDER.glob("*.svg"))
TAKES_A_NAME = {"icon": 0, "draw_icon": 1, "IconView": 0, "show_icon": 0}
"""Functions that take the name of an icon, and which argument it is."""


def named_in_code() -> set[str]:
    """The names of icons that the desk's modules have as constants."""
    found = {tone.value for tone in Tone}
    for file in (ROOT / "kiosk").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = TAKES_A_NAME.get(ast.unparse(node.func).split(".")[-1])
            if place is None or len(node.args) <= place:
                continue
            found |= {
                str(each.value)
                for each in ast.walk(node.args[place])
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            }
    return found - {"", "dark"}


def test_each_icon_that_the_desk_names_is_there() -> None:
    named = named_in_code()
    assert len(named) > 12
    assert named - {file.stem for file in FILES} == set()


def test_all_icons_are_of_the_version_that_the_table_names() -> None:
    table = (FOLDER / "README.md").read_text(encoding="utf-8")
    version = re.search(r"version (\d+\.\d+\.\d+)", table)
    assert version is not None
    listed = dict(re.findall(r"^\| `(\w+)\.svg` \| `([a-z0-9-]+)` \|$", table, re.MULTILINE))
    assert set(listed) == {file.stem for file in FILES}
    for file in FILES:
        source = file.read_text(encoding="utf-8")
        assert f"lucide-static v{version[1]} - ISC" in source, file.name
        assert f"lucide-{listed[file.stem]}" in source, file.name


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_an_icon_is_drawn_in_its_colour_only(name: str, qtbot: QtBot) -> None:
    image = icon(name, "#b3261e", 24).pixmap(48, 48).toImage()
    inks = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 250
    ]
    assert inks
    wanted = QColor("#b3261e")
    for ink in inks:
        # Curves are blended with nothing around them, which rounds a channel by one or two.
        assert abs(ink.red() - wanted.red()) <= 3
        assert abs(ink.green() - wanted.green()) <= 3
        assert abs(ink.blue() - wanted.blue()) <= 3
