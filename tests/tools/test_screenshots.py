"""``make screenshots``: pages are drawn without a service.

That each state of each page can be made is in ``tests/kiosk/test_contrast.py``.
"""

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from kiosk.application import load_fonts
from kiosk.style import DARK
from tools.screenshots.__main__ import draw, pictures_of
from tools.screenshots.looks import BASE, LOOKS, Look, PseudoTexts
from tools.screenshots.pages import PAGES, chosen
from tools.screenshots.sheet import contact_sheet
from tools.screenshots.shots import FULL


@pytest.fixture(autouse=True)
def _fonts(qapp: QApplication) -> None:
    load_fonts()


def test_a_page_is_drawn_and_its_pictures_are_on_a_sheet(tmp_path: Path) -> None:
    page = chosen(("stripe",))[0]
    looks = ((FULL, BASE), ("error", BASE), (FULL, Look(theme=DARK, language="rtl", width=1024)))
    files = [draw(tmp_path, page, picture) for picture in looks]
    images = [QImage(str(file)) for file in files]
    assert [(image.width(), image.height()) for image in images] == [
        (1280, 800), (1280, 800), (1024, 800)
    ]  # fmt: skip
    full, error, dark = images
    assert full != error
    assert dark.pixelColor(500, 700).lightness() < full.pixelColor(500, 700).lightness()
    sheet = contact_sheet("stripe", [(file.stem, file) for file in files])
    assert sheet.width() > 3 * 720


def test_every_state_is_drawn_once_and_the_full_one_in_every_look() -> None:
    for page in PAGES:
        drawn = list(pictures_of(page))
        assert len(drawn) == len(set(drawn)) == len(page.states) + len(LOOKS) - 1


def test_the_pseudo_locale_is_longer_and_keeps_fields_and_plurals() -> None:
    texts = PseudoTexts()
    plain = "{count} visits today"
    said = texts.say(plain, count=7)
    assert "7" in said
    assert len(said) > len(plain)
    assert texts.say("Sign in") != "Sign in"
    assert texts.say_many("{count} visit", "{count} visits", 1) != texts.say_many(
        "{count} visit", "{count} visits", 2
    )


def test_an_unknown_page_is_named_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"no page nothing; there is: desk, "):
        chosen(("nothing",))
