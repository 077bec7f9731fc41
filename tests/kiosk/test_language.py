"""The language of a desk: by setting, choice or system; a new catalogue appears by itself."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import resources
from kiosk.language import SYSTEM, LanguageStore, language_of
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.views.top_bar import TopBar
from resources.catalogue import LANGUAGES, Languages


@pytest.mark.parametrize(
    ("setting", "chosen", "system", "language"),
    [
        ("de", "en", ["en-GB"], "de"),
        ("de_AT", "", [], "de_AT"),
        (SYSTEM, "de", ["en-GB"], "de"),
        (SYSTEM, "xx", ["de-AT", "en"], "de-AT"),
        (SYSTEM, "", ["fr-FR", "de-DE", "en"], "de-DE"),
        (SYSTEM, "", ["C"], "en"),
        (SYSTEM, "", [], "en"),
    ],
)
def test_setting_then_choice_then_system(
    setting: str, chosen: str, system: list[str], language: str
) -> None:
    assert language_of(setting, chosen, system) == language
    assert Texts(language).locale.language in LANGUAGES


def test_a_choice_is_kept_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    assert LanguageStore(folder).load() == ""
    LanguageStore(folder).save("de")
    assert LanguageStore(folder).load() == "de"


def test_a_choice_that_cannot_be_stored_counts_until_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("")
    for store in (LanguageStore(folder), LanguageStore(None)):
        store.save("de")
        assert store.load() == "de"


def test_a_choice_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "desk-language").write_bytes(b"\xff\xfe\xff")
    assert LanguageStore(tmp_path).load() == ""


def test_a_catalogue_that_is_put_there_is_a_language(tmp_path: Path) -> None:
    for code in ("de", "pt_BR"):
        (tmp_path / f"{code}.po").write_bytes(resources.path("translations/de.po").read_bytes())
    found = Languages(tmp_path)
    assert dict(found) == {
        "en": "English", "de": "Deutsch", "pt_BR": "Português (Brasil)",
    }  # fmt: skip
    assert len(found) == 3
    assert "fr" not in found
    with pytest.raises(KeyError):
        found["fr"]


def test_a_language_is_chosen_from_the_menu(qtbot: QtBot, qapp: QApplication) -> None:
    bar = TopBar(LIGHT, Texts("en"), "Front desk")
    qtbot.addWidget(bar)
    bar.show()
    assert bar._language.isHidden(), "none is offered where a setting decides"
    bar.open_languages()
    chosen: list[str] = []
    bar.language_chosen.connect(chosen.append)
    bar.offer_languages(LANGUAGES, "en")
    assert bar._language.isVisible()
    menu = bar.languages
    assert menu is not None
    assert [(each.text(), each.isChecked()) for each in menu.actions()] == [
        ("English", True), ("Deutsch", False),
    ]  # fmt: skip
    menu.actions()[1].trigger()
    assert chosen == ["de"]
