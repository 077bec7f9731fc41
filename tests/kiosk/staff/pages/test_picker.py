"""A picker shows whom it links: search, choice, the photo; without a service."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.management import LinkState
from kiosk.staff.forms.links import Company, LinkForm, person_form
from kiosk.staff.words.picker import PickHit
from kiosk.texts import Texts
from tests.keys import type_text
from tests.kiosk.answers import AMARA

EN = Texts("en")
NORTHWIND = Company(UUID(int=40), "Northwind")
ADA = PickHit(UUID(int=1), "Ada Byron", "C-000001 · born Dec 10, 1990", "AB", "photos/ada")
BO = PickHit(UUID(int=2), "Bo Chen", "C-000002 · bo@example.com", "BC", linked=True,
             mark="linked already")  # fmt: skip


class Linked:
    """A client of a company to which Bo is linked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def link_state(self, _company: UUID, customer: UUID) -> LinkState:
        linked = customer == BO.id
        return LinkState(customer=AMARA, linked=linked, role="Cook" if linked else "",
                         source=None, valid_from=None)  # fmt: skip

    def link(self, *given: Any, **_named: Any) -> None:
        self.asked.append(given)


@pytest.fixture
def asked(qtbot: QtBot) -> LinkForm:
    made = person_form(EN, NORTHWIND)
    qtbot.addWidget(made.form)
    made.form.show()
    return made


def search(asked: LinkForm, text: str, *hits: PickHit) -> None:
    """Type a text, and answer it."""
    asked.picker.search.setText(text)
    asked.picker.show_hits(text, hits)


def send(asked: LinkForm, client: Linked, role: str = "") -> None:
    """Press the button, and carry out what is sent."""
    sent: list[Any] = []
    asked.form.submitted.connect(sent.append)
    line = asked.form.field("role")
    assert isinstance(line, QLineEdit)
    line.setText(role)
    asked.form.submit.click()
    asked.form.submitted.disconnect(sent.append)
    for values in sent:
        asked.filled(values)(client, "once")  # type: ignore[arg-type]


def test_who_was_chosen_is_shown_and_named_before_they_are_linked(asked: LinkForm) -> None:
    wanted: list[str] = []
    asked.picker.photo_wanted.connect(wanted.append)
    search(asked, "a", ADA, BO)
    assert [each.accessibleName() for each in asked.picker.hit_buttons] == [
        "Ada Byron, C-000001 · born Dec 10, 1990",
        "Bo Chen, C-000002 · bo@example.com, linked already",
    ]
    assert wanted == ["photos/ada"]
    asked.picker.hit_buttons[0].click()
    card = asked.picker.card
    assert (card.title.text(), card.isVisible()) == ("Ada Byron", True)
    assert not asked.picker.search.isVisible()
    photo = QPixmap(4, 4)
    photo.fill(QColor("red"))
    asked.picker.show_photo("photos/ada", photo)
    assert card.photo.has_photo
    assert asked.form.submit.text() == "Link Ada Byron"
    client = Linked()
    send(asked, client, "Cook")
    assert client.asked == [(NORTHWIND.id, ADA.id, "Cook", "once")]


def test_nobody_is_linked_before_somebody_is_chosen(asked: LinkForm) -> None:
    search(asked, "a", ADA, BO)
    client = Linked()
    send(asked, client)
    assert client.asked == []
    assert asked.form.error_of("who") == "Please fill this in."
    assert asked.form.submit.text() == "Link"


def test_the_only_one_who_is_found_is_shown_as_chosen_until_another_text_is_typed(
    asked: LinkForm,
) -> None:
    picker, wanted = asked.picker, list[str]()
    picker.photo_wanted.connect(wanted.append)
    search(asked, "ada", ADA)
    assert (picker.card.title.text(), picker.card.isVisible()) == ("Ada Byron", True)
    assert picker.search.isVisible()
    assert not picker.card.other_button.isVisible()
    assert (picker.value, wanted) == (str(ADA.id), ["photos/ada"])
    assert asked.form.submit.text() == "Link Ada Byron"
    assert not asked.form.submit.hasFocus(), "typing goes on"
    search(asked, "a", ADA, BO)
    assert (picker.value, picker.card.isVisible()) == ("", False)
    search(asked, "bo", BO)
    picker.search.setText("b")
    assert (picker.value, asked.form.submit.text()) == ("", "Link")
    search(asked, "bo", BO)
    client = Linked()
    send(asked, client, "Chef")
    assert client.asked == [(NORTHWIND.id, BO.id, "Chef", "once")]


def test_enter_sends_for_somebody_who_was_seen_and_else_only_chooses(
    asked: LinkForm, qtbot: QtBot
) -> None:
    picker, sent = asked.picker, list[object]()
    asked.form.submitted.connect(sent.append)
    search(asked, "ada", ADA)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)  # meant for what was typed
    assert sent == []
    assert picker.value == str(ADA.id)
    assert not picker.search.isVisible()
    picker.card.other_button.click()
    picker.show_hits("ada", [ADA])
    QTest.qWait(450)
    QTest.keyClick(picker.search, Qt.Key.Key_Return)
    assert len(sent) == 1


def test_another_search_takes_the_choice_back(asked: LinkForm) -> None:
    search(asked, "ada", ADA)
    asked.picker.choose(ADA)
    asked.picker.card.other_button.click()
    assert asked.picker.value == ""
    assert asked.form.submit.text() == "Link"
    assert asked.picker.search.text() == "ada"


def test_enter_takes_the_only_one_and_never_one_of_several(asked: LinkForm) -> None:
    search(asked, "a", ADA, BO)
    QTest.qWait(0)
    asked.picker.search.setFocus()
    QTest.keyClick(asked.picker.search, Qt.Key.Key_Return)
    asked.picker.show_hits("a", (ADA, BO))
    assert asked.picker.value == ""
    asked.picker.search.clear()
    type_text(asked.picker.search, "ada")
    QTest.keyClick(asked.picker.search, Qt.Key.Key_Return)
    assert asked.picker.value == ""  # its answer is not here yet
    asked.picker.show_hits("ad", (BO,))  # that of a text of before
    assert asked.picker.value == ""
    asked.picker.show_hits("ada", (ADA,))
    assert asked.picker.value == str(ADA.id)


def test_who_is_linked_already_gets_the_role_and_it_is_said_before(asked: LinkForm) -> None:
    search(asked, "b", ADA, BO)
    asked.picker.hit_buttons[1].click()
    assert asked.picker.card.mark.text() == "linked already"
    assert asked.form.submit.text() == "Save role of Bo Chen"
    client = Linked()
    send(asked, client, "Chef")
    assert client.asked == [(NORTHWIND.id, BO.id, "Chef", "once")]


def test_who_turns_out_to_be_linked_is_asked_about_first(asked: LinkForm) -> None:
    unknown = PickHit(BO.id, BO.title, BO.below, BO.initials)
    search(asked, "bo", unknown)
    client = Linked()
    with pytest.raises(Refused, match="is linked already; role: Cook"):
        send(asked, client, "Chef")
    assert client.asked == []
    asked.form.show_failure("")
    send(asked, client, "Chef")
    assert client.asked == [(NORTHWIND.id, BO.id, "Chef", "once")]


def test_nobody_found_is_said(asked: LinkForm) -> None:
    search(asked, "zz")
    assert asked.picker.nobody.text() == "Nothing found for “zz”."
    assert asked.picker.nobody.isVisible()
