"""Markup in a name, a note or a message is shown as it was typed, in every label of the kiosk."""

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from kiosk.application import load_fonts
from kiosk.staff.pages.design import DesignPage
from kiosk.staff.pages.form import Form
from kiosk.staff.presenter import StaffPresenter
from kiosk.style import LIGHT
from kiosk.texts import Texts
from kiosk.views.plain_label import PlainLabel
from kiosk.views.window import KioskWindow
from tests.kiosk.staff.controllers.test_design import record

MARKUP = "<b>Ann</b> <img src='file:///etc/passwd'> <a href='https://evil.example'>here</a>"


def test_markup_takes_the_room_of_its_signs(qtbot: QtBot, qapp: QApplication) -> None:
    bare, plain = QLabel(MARKUP), PlainLabel(MARKUP)
    for label in (bare, plain):
        qtbot.addWidget(label)
    written = plain.fontMetrics().horizontalAdvance(MARKUP)
    assert plain.sizeHint().width() >= written
    assert bare.sizeHint().width() < written, "a bare label reads it, so the test proves something"
    plain.setText(MARKUP * 2)
    assert plain.sizeHint().width() >= 2 * written


def test_a_link_in_a_text_cannot_be_followed(qtbot: QtBot, qapp: QApplication) -> None:
    link = "<a href='https://evil.example'>MMMMMMMM</a>"
    followed: list[str] = []
    for label in (QLabel(link), PlainLabel(link)):
        qtbot.addWidget(label)
        label.linkActivated.connect(lambda _url, label=label: followed.append(type(label).__name__))
        with qtbot.waitExposed(label):
            label.show()
        for x in range(2, label.width(), 6):
            qtbot.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(x, label.height() // 2))
    assert set(followed) == {"QLabel"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_label_of_the_kiosk_is_a_plain_one(
    qtbot: QtBot, qapp: QApplication, language: str
) -> None:
    load_fonts()
    texts = Texts(language)
    window = KioskWindow(texts, LIGHT, "Front desk", lambda: None)
    qtbot.addWidget(window)
    staff = StaffPresenter(window, texts, idle_s=300, parent=window)
    assert window.isAncestorOf(staff.pages.customer.page)
    form = Form(texts, MARKUP, "Save", topic="a", about=MARKUP)
    qtbot.addWidget(form)
    form.add_words(MARKUP)
    form.add_line("line", MARKUP)
    form.add_note("note", MARKUP)
    form.add_choice("choice", MARKUP, [("a", "A")])
    form.add_count("count", MARKUP, 1, [("a", "A")], "a")
    form.add_day("day", MARKUP, date(2026, 11, 24))
    form.add_switch("switch", MARKUP)
    design = DesignPage(texts)
    qtbot.addWidget(design)
    design.show_design(record(), hints=[MARKUP])
    shown: tuple[QWidget, ...] = (window, form, design)
    for widget in shown:
        labels = widget.findChildren(QLabel)
        assert labels
        others = [label.text() for label in labels if not isinstance(label, PlainLabel)]
        assert others == []
        assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}
