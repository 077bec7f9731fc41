"""The editor of card designs, without a service: what is sent, and what an answer does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from api_client.messages.cards import (
    CardList,
    DesignHint,
    EditedDesign,
    RolloutProgress,
    StoredImage,
    WalletKind,
)
from api_client.messages.requests import Withdrawal, WithdrawalState
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.cards import CardsSheet
from kiosk.staff.controllers.design import DesignSheet
from kiosk.staff.disk import Disk
from kiosk.staff.forms.design import key_of
from kiosk.staff.page import Place
from kiosk.staff.worker import Task
from tests.flow.acts import button
from tests.kiosk.answers import NOON
from tests.kiosk.staff.card_messages import DESIGN, designs, wallets
from tests.kiosk.staff.staff_desk import Staff

CONTENT: dict[str, Any] = {
    "kind": "store_card", "title": {"en": "Member card", "de": "Mitgliedskarte"},
    "languages": ["en", "de"], "background": "#1d3557", "foreground": "#ffffff",
    "label": "#c9d6e6", "images": {"strip": "a" * 64}, "fields": [{"key": "kept"}],
    "code": "card", "code_text": True,
}  # fmt: skip


def record(**changes: Any) -> EditedDesign:
    """A design as the service tells it."""
    line = designs(False).items[0]
    given = {**line.model_dump(), "design": CONTENT, "hints": ()}
    return EditedDesign(**(given | changes))


class Shelf(Disk):
    """A disk with one picture; or one that cannot be read."""

    def __init__(self, picture: bytes | None, fault: str = "") -> None:
        super().__init__()
        self.picture, self.fault = picture, fault

    def pick(self, _window: QWidget, kinds: str) -> tuple[bytes | None, str]:
        assert "*.png" in kinds
        return self.picture, self.fault


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(b"a picture")


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication, shelf: Shelf) -> Staff:
    load_fonts()
    staff = Staff(qtbot, disk=shelf)
    staff.sign_in("designs:write", "cards:read")
    staff.window.show()
    staff.presenter.open_home()
    staff.window.rail.buttons["cards"].click()
    cards = CardList(items=(), total=0, next_cursor=None)
    staff.presenter.on_done(staff.task("cards"), CardsSheet(cards, designs(False), wallets()))
    button(staff.pages.cards.page, "Edit …").click()
    assert staff.asked() == [("designs", ()), ("design", (DESIGN,))]
    staff.presenter.on_done(staff.tasks[-1], DesignSheet(designs(False, True), record()))
    return staff


def kinds(staff: Staff) -> list[str]:
    """What was asked for last, newest first."""
    return [task.name for task in reversed(staff.tasks)]


def newest(staff: Staff, name: str) -> Task[Any]:
    """The newest task of a name."""
    return next(task for task in reversed(staff.tasks) if task.name == name)


def sent(staff: Staff, name: str) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """What the newest task of a name asks a client."""
    asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    class Client:
        def __getattr__(self, name: str) -> Callable[..., bytes]:
            def ask(*given: Any, **named: Any) -> bytes:
                asked.append((name, given, named))
                return b""

            return ask

    task = newest(staff, name)
    task.call(Client(), task.once)  # type: ignore[arg-type]
    return asked


def test_the_first_design_is_open_and_seen(staff: Staff) -> None:
    page = staff.pages.design.page
    assert staff.panel.page is page
    assert [page.choice.itemText(i) for i in range(page.choice.count())] == ["Design 0", "Design 1"]
    assert {key: line.text() for key, line in page.titles.items()} == CONTENT["title"]
    assert kinds(staff)[:2] == ["design_rollout", "design_preview"]
    assert page.images["logo"].remove.isHidden()
    assert not page.images["strip"].remove.isHidden()


def test_without_a_design_there_is_nothing_to_edit_or_to_copy(staff: Staff) -> None:
    page = staff.pages.design.page
    parts = (page.editor, page.choice, page.add_button)
    staff.pages.design.show(DesignSheet(designs(), None))
    assert page.none.text() == "There is no card design yet."
    assert [part.isHidden() for part in (*parts, page.none)] == [True, True, True, False]
    staff.pages.design.show(DesignSheet(designs(False), record()))
    assert [part.isHidden() for part in (*parts, page.none)] == [False, False, False, True]


def test_what_is_changed_is_drawn_but_stored_only_when_asked(staff: Staff, qtbot: QtBot) -> None:
    page = staff.pages.design.page
    with qtbot.waitSignal(page.edited):
        page.colours["background"].line.setText("#800000")
        page.titles["de"].setText("Clubkarte")
    ((_, (design, wallet, language), _),) = sent(staff, "design_preview")
    assert design == CONTENT | {
        "background": "#800000", "title": {"en": "Member card", "de": "Clubkarte"},
    }  # fmt: skip
    assert (wallet, language) == (WalletKind.APPLE, "en")
    assert "design_saved" not in kinds(staff)
    page.save_button.click()
    ((name, given, named),) = sent(staff, "design_saved")
    assert (name, given, named) == (
        "edit_design",
        (DESIGN, "Design 0", design),
        {"version": 1, "once": staff.task("design_saved").once},
    )


def test_only_the_newest_picture_is_shown(staff: Staff) -> None:
    page = staff.pages.design.page
    picture = QImage(30, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("#123456"))
    page.edited.emit()
    former, last = [task for task in staff.tasks if task.name == "design_preview"][-2:]
    staff.presenter.on_done(former, picture)
    assert page.picture.pixmap().isNull()
    staff.presenter.on_done(last, picture)
    assert not page.picture.pixmap().isNull()


def test_a_picture_is_stored_and_put_into_the_design(staff: Staff, shelf: Shelf) -> None:
    page = staff.pages.design.page
    page.images["logo"].choose.click()
    assert sent(staff, "design_image") == [("store_image", ("logo", b"a picture"), {})]
    stored = StoredImage(tag="b" * 64, width=480, height=150)
    staff.presenter.on_done(staff.tasks[-1], stored)
    assert page.design()["images"] == {"strip": "a" * 64, "logo": "b" * 64}
    page.images["strip"].remove.click()
    assert page.design()["images"] == {"logo": "b" * 64}
    shelf.picture, shelf.fault = None, "logo.png: Permission denied"
    page.images["logo"].choose.click()
    assert page.message.text() == "logo.png: Permission denied"


def test_a_saved_design_tells_how_far_its_cards_are(staff: Staff) -> None:
    page = staff.pages.design.page
    page.save_button.click()
    hint = DesignHint(path="label", message="hard to read")
    staff.presenter.on_done(staff.tasks[-1], record(version=2, hints=(hint,)))
    assert page.hints.text() == "label: hard to read"
    running = RolloutProgress(
        version=2, state="running", total=400, done=120, started_at=NOON, finished_at=None
    )
    rollout = newest(staff, "design_rollout")
    staff.presenter.on_done(rollout, running)
    assert page.progress.text() == "120 of 400 cards changed"
    finished = running.model_copy(update={"state": "finished"})
    staff.presenter.on_done(rollout, finished)
    assert page.progress.isHidden()
    page.save_button.click()
    ((_, _, named),) = sent(staff, "design_saved")
    assert named == {"version": 2, "once": staff.task("design_saved").once}


def test_a_failure_loses_nothing_that_was_typed(staff: Staff) -> None:
    page = staff.pages.design.page
    page.name.setText("Gold card")
    page.save_button.click()
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.UNREACHABLE, ""))
    assert page.message.text() == "The membership service cannot be reached."
    assert page.name.text() == "Gold card"


def test_a_new_design_begins_as_a_copy_and_is_opened(staff: Staff) -> None:
    page = staff.pages.design.page
    page.add_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    name = form.field("name")
    assert isinstance(name, QLineEdit)
    name.setText("Gäste & Freunde")
    form.submit.click()
    ((asked, (key, called, design, _once), _),) = sent(staff, "change")
    assert (asked, key, called) == ("create_design", "gaste-freunde", "Gäste & Freunde")
    assert design == page.design()
    staff.presenter.on_done(staff.tasks[-1], record())
    assert staff.tasks[-1].name == "designs"


def test_a_design_is_archived_and_brought_back(staff: Staff) -> None:
    page = staff.pages.design.page
    assert page.archive_button.text() == "Issue no more"
    page.archive_button.click()
    assert sent(staff, "design_saved") == [("archive_design", (DESIGN,), {"archived": True})]
    staff.presenter.on_done(staff.tasks[-1], record(archived_at=NOON))
    assert page.archive_button.text() == "Issue again"
    page.archive_button.click()
    assert sent(staff, "design_saved") == [("archive_design", (DESIGN,), {"archived": False})]


@pytest.mark.parametrize(
    ("name", "key"),
    [("Gold Card", "gold-card"), ("Größe 1", "grose-1"), ("日本", "card"), ("-" * 90, "card")],
)
def test_keys_of_designs_can_stand_in_links(name: str, key: str) -> None:
    assert key_of(name) == key
    assert Path(key).name == key


def test_a_drawn_picture_says_nothing_about_what_was_not_saved(staff: Staff) -> None:
    page = staff.pages.design.page
    page.name.setText("Renamed")
    page.save_button.click()
    staff.presenter.on_failed(newest(staff, "design_saved"), Failure(Cause.UNREACHABLE, ""))
    assert page.message.text() == "The membership service cannot be reached."
    staff.presenter.on_done(
        newest(staff, "design_preview"), QImage(3, 4, QImage.Format.Format_RGB32)
    )
    assert page.message.text() == "The membership service cannot be reached."
    page.save_button.click()
    staff.presenter.on_done(newest(staff, "design_saved"), record(version=2, name="Renamed"))
    assert page.message.isHidden()


def test_what_is_typed_while_it_is_saved_stays(staff: Staff) -> None:
    page = staff.pages.design.page
    page.name.setText("First")
    page.save_button.click()
    assert not page.save_button.isEnabled(), "nothing is saved twice at once"
    page.titles["de"].setText("Clubkarte")
    page.name.setText("Second")
    staff.presenter.on_done(newest(staff, "design_saved"), record(version=2, name="First"))
    assert (page.name.text(), page.titles["de"].text()) == ("Second", "Clubkarte")
    page.save_button.click()
    ((_, (_, name, design), named),) = sent(staff, "design_saved")
    assert (name, design["title"]["de"], named) == (
        "Second",
        "Clubkarte",
        {"version": 2, "once": staff.task("design_saved").once},
    )


def test_a_late_answer_of_one_design_is_not_shown_as_another(staff: Staff) -> None:
    page = staff.pages.design.page
    page.save_button.click()
    saved = newest(staff, "design_saved")
    other = record(id=UUID(int=82), name="Other")
    staff.pages.design.show(DesignSheet(designs(False, True), other))
    staff.presenter.on_done(saved, record(version=2))
    assert page.name.text() == "Other"
    page.save_button.click()
    ((_, (design_id, _, _), _),) = sent(staff, "design_saved")
    assert design_id == UUID(int=82)


def test_the_list_names_the_design_that_is_edited(staff: Staff) -> None:
    two = designs(False, True)
    staff.pages.design.show(DesignSheet(two, record(id=two.items[1].id, name="Design 1")))
    page = staff.pages.design.page
    assert page.choice.currentText() == "Design 1"
    assert page.choice.chosen == two.items[1].id


def other(staff: Staff) -> None:
    """Show the list with a second design."""
    page, first = staff.pages.design.page, designs(False).items[0]
    page.show_list([(first.id, first.name), (UUID(int=9), "Other")], first.id)


def test_choosing_another_design_asks_about_what_is_not_saved(staff: Staff) -> None:
    page = staff.pages.design.page
    other(staff)
    page.name.setText("Typed")
    page.choice.choose(UUID(int=9))
    assert (page.name.text(), page.choice.chosen) == ("Typed", DESIGN)
    assert page.message.text() == "Not saved yet. Choose once more to leave without saving."
    page.choice.choose(UUID(int=9))
    assert staff.asked()[1] == ("design", (UUID(int=9),))


def test_a_design_that_was_left_is_named_where_it_is_said_that_it_is_not_saved(
    staff: Staff,
) -> None:
    page = staff.pages.design.page
    page.name.setText("Typed")
    page.save_button.click()
    save = newest(staff, "design_saved")
    staff.presenter.back()
    staff.presenter.back()
    staff.presenter.on_failed(save, Failure(Cause.TOO_SLOW, ""))
    second = record(id=designs(False, True).items[1].id, name="Other")
    staff.presenter.open(Place("designs"))
    staff.presenter.on_done(staff.tasks[-1], DesignSheet(designs(False, True), second))
    assert "Other" not in page.message.text()
    assert page.message.text().startswith(f"{record().name}: ")


class Shop:
    """A client whose service saved the first try, and whose answer was lost."""

    def __init__(self, saved: EditedDesign | None) -> None:
        self.saved, self.versions, self.asked = saved, list[int](), list[str]()

    def withdraw(self, once: str) -> Withdrawal:
        self.asked.append(once)
        if self.saved is None:
            return Withdrawal(state=WithdrawalState.WITHDRAWN)
        answer = self.saved.model_dump(mode="json")
        return Withdrawal(state=WithdrawalState.CARRIED_OUT, answer=answer)

    def edit_design(self, *_given: Any, version: int, once: str) -> EditedDesign:
        assert once not in self.asked
        self.versions.append(version)
        return record(version=version + 1)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_design_whose_answer_was_lost_can_be_saved_again(staff: Staff, arrived: bool) -> None:
    page, first = staff.pages.design.page, record().version
    page.name.setText("Typed")
    page.save_button.click()
    lost = newest(staff, "design_saved")
    staff.presenter.on_failed(lost, Failure(Cause.TOO_SLOW, ""))
    page.name.setText("Typed again")
    page.save_button.click()
    again = newest(staff, "design_saved")
    shop = Shop(record(version=first + 1) if arrived else None)
    saved = again.call(shop, again.once)  # type: ignore[arg-type]
    assert (shop.asked, shop.versions) == ([lost.once], [first + arrived])
    staff.presenter.on_done(again, saved)
    page.name.setText("Once more")
    page.save_button.click()
    third = newest(staff, "design_saved")
    third.call(shop, third.once)  # type: ignore[arg-type]
    assert (len(shop.asked), shop.versions[-1]) == (1, saved.version)
