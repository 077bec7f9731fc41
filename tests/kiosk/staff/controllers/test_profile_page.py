"""The page of a customer, without a service: tabs, the step that fits, the note, the menu."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from api_client.errors import Refused, TooSlow
from api_client.messages.audit import EntryPage
from api_client.messages.management import CustomerRecord
from api_client.messages.payments import PaymentPage
from api_client.messages.scan import CustomerState, Outcome, Problem, VisitPage, VisitView
from kiosk.application import load_fonts
from kiosk.failures import failure_of
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.page import Place
from kiosk.staff.pages.customer import CustomerPage, Tab
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.desk_messages import payment
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Recorder, Staff
from tests.kiosk.staff.words.test_changes import entry

ALL = ("customers:read", "customers:write", "memberships:read", "memberships:write",
       "cards:read", "cards:write", "audit:read", "personal:write", "companies:write")  # fmt: skip
TAGGED = AMARA.model_copy(update={"photo_path": f"/v1/customers/{AMARA.id}/photo?v=abc"})


def visit(number: int) -> VisitView:
    """A visit of Amara, some days ago."""
    return VisitView(id=UUID(int=900 + number), at=NOON - timedelta(days=number),
                     customer_id=AMARA.id, name=AMARA.name, number=AMARA.number,
                     outcome=Outcome.ACTIVE, desk="Front desk")  # fmt: skip


def offered(page: CustomerPage) -> bool:
    """Whether the photo can be removed."""
    return page.remove_photo is not None


class File:
    """A profile that is open, with all that a manager may do."""

    def __init__(self, qtbot: QtBot, *scopes: str, **changes: Any) -> None:
        load_fonts()
        self.staff = Staff(qtbot)
        self.staff.sign_in(*(scopes or ALL))
        self.show(**changes)

    def show(self, **changes: Any) -> None:
        """Open the profile, or load it again."""
        self.staff.presenter.open(Place("customer", AMARA.id))
        self.staff.presenter.bring_up()
        self.answer(CustomerSheet(profile(**changes)))

    def answer(self, answer: Any) -> None:
        """Answer the newest task."""
        self.staff.presenter.on_done(self.staff.tasks[-1], answer)

    def fail(self, error: Any) -> None:
        """Let the newest task fail."""
        self.staff.presenter.on_failed(self.staff.tasks[-1], failure_of(error))

    @property
    def page(self) -> CustomerPage:
        return self.staff.pages.customer.page


@pytest.mark.usefixtures("qapp")
def test_lists_are_loaded_when_their_tab_is_opened_and_grow(qtbot: QtBot) -> None:
    file = File(qtbot, visits=tuple(visit(n) for n in range(20)), visits_total=45,
                visits_cursor="more")  # fmt: skip
    page, tasks = file.page, file.staff.tasks
    before = len(tasks)
    page.show_tab(Tab.VISITS)
    assert (len(tasks), len(page.visits.lines)) == (before, 20)
    page.visits.more.click()
    assert file.staff.asked() == [("visits_of", (AMARA.id, "more"))]
    assert not page.visits.more.isEnabled()
    file.answer(VisitPage(items=tuple(visit(n) for n in range(20, 45))))
    assert len(page.visits.lines) == 45
    assert page.visits.more.isHidden()
    page.show_tab(Tab.CHANGES)
    assert file.staff.asked() == [("changes_of", (AMARA.id, None))]
    file.answer(EntryPage(items=(entry("customer.created"),)))
    assert [line.title for line in page.changes.lines] == ["File created"]
    page.show_tab(Tab.PAYMENTS)
    assert file.staff.asked() == [("payments_by", (AMARA.id, None))]
    file.answer(PaymentPage(items=(payment(7),)))
    (button,) = page.payments.buttons
    button.click()
    assert file.staff.tasks[-1].name != "payments_of_customer"


@pytest.mark.usefixtures("qapp")
def test_a_list_that_fails_says_so_and_is_asked_for_again(qtbot: QtBot) -> None:
    file = File(qtbot)
    file.page.show_tab(Tab.CHANGES)
    file.fail(TooSlow("late"))
    assert file.page.changes.message.text()
    assert file.page.changes.more.isEnabled()
    file.page.changes.more.click()
    file.answer(EntryPage(items=()))
    assert file.page.changes.message.text() == "No change yet."


@pytest.mark.usefixtures("qapp")
def test_an_answer_for_another_customer_is_dropped(qtbot: QtBot) -> None:
    file = File(qtbot)
    file.page.show_tab(Tab.CHANGES)
    asked = file.staff.tasks[-1]
    other = AMARA.model_copy(update={"id": UUID(int=77)})
    file.staff.presenter.open(Place("customer", other.id))
    file.answer(CustomerSheet(profile(customer=other)))
    file.staff.presenter.on_done(asked, EntryPage(items=(entry("customer.created"),)))
    assert file.page.changes.lines == []


@pytest.mark.usefixtures("qapp")
def test_a_role_sees_the_tabs_it_may_read(qtbot: QtBot) -> None:
    page = File(qtbot, "customers:read").page
    seen = [tab for number, tab in enumerate(Tab) if page.tabs.isTabVisible(number)]
    assert seen == [Tab.MEMBERSHIPS, Tab.VISITS, Tab.COMPANIES]
    assert page.primary.isHidden()
    assert page.photo_button.isHidden()
    assert page.more.isHidden()


@pytest.mark.usefixtures("qapp")
def test_the_menu_has_the_dangerous_last_and_in_red(qtbot: QtBot) -> None:
    page = File(qtbot, customer=TAGGED).page
    buttons = page.menu.findChildren(QPushButton)
    names = [button.text() for button in buttons if button.parent() is page.menu]
    assert names == ["Sell plan", "Issue card …", "Remove photo", "Log out everywhere …",
                     "Merge with another file …", "Erase personal data …"]  # fmt: skip
    red = [button.text() for button in buttons if button.objectName() == "danger_item"]
    assert red == names[-3:]


@pytest.mark.usefixtures("qapp")
def test_the_menu_closes_by_esc_which_goes_no_further(qtbot: QtBot) -> None:
    file = File(qtbot)
    window, page = file.staff.window, file.page
    with qtbot.waitExposed(window):
        window.show()
    window.commanded.connect(lambda _command: file.staff.presenter.back())
    page.more.click()
    assert page.menu.isVisible()
    first = page.menu.findChildren(QPushButton)[0]
    qtbot.keyClick(first, Qt.Key.Key_Down)
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert not page.menu.isVisible()
    assert file.staff.presenter.front == Place("customer", AMARA.id)


@pytest.mark.usefixtures("qapp")
def test_the_one_step_that_fits_opens_its_form(qtbot: QtBot) -> None:
    file = File(qtbot)
    assert file.page.primary.text() == "Renew && pay"
    before = len(file.staff.tasks)
    file.page.primary.click()
    assert len(file.staff.tasks) > before
    blocked = AMARA.model_copy(update={"state": CustomerState.BANNED})
    file.show(customer=blocked)
    assert file.page.primary.isHidden()


@pytest.mark.usefixtures("qapp")
def test_a_note_is_stored_where_it_stands(qtbot: QtBot) -> None:
    file = File(qtbot, desk_note="Locker 7")
    note = file.page.note
    assert note.save.isHidden()
    note.text.setPlainText("Locker 8")
    assert not note.save.isHidden()
    note.save.click()
    ((name, (customer_id, fields, once)),) = file.staff.asked()
    assert (name, customer_id, fields) == ("change_customer", AMARA.id, {"desk_note": "Locker 8"})
    assert once
    file.answer(_record(desk_note="Locker 8"))
    assert note.save.isHidden()
    assert note.typed == "Locker 8"


@pytest.mark.usefixtures("qapp")
def test_a_note_that_was_not_stored_stays_and_is_asked_about(qtbot: QtBot) -> None:
    file = File(qtbot, desk_note="Locker 7")
    note = file.page.note
    note.text.setPlainText("Locker 8")
    note.save.click()
    file.fail(Refused(Problem(type="x", title="x", status=412, code="changed_meanwhile")))
    assert note.failure.text()
    assert note.typed == "Locker 8"
    assert note.save.isEnabled()
    # Loaded again by something else on the page, or left by accident, it is still there.
    file.show(desk_note="Locker 9")
    assert note.typed == "Locker 8"
    file.staff.presenter.back()
    assert file.staff.presenter.front == Place("customer", AMARA.id)
    note.discard.click()
    assert file.staff.pages.customer.unsaved() is None


@pytest.mark.usefixtures("qapp")
def test_what_is_typed_while_a_note_is_stored_is_not_lost(qtbot: QtBot) -> None:
    file = File(qtbot)
    note = file.page.note
    note.text.setPlainText("one")
    note.save.click()
    note.text.setPlainText("one and two")
    file.answer(_record(desk_note="one"))
    assert note.typed == "one and two"
    assert note.save.isEnabled()
    note.text.setPlainText("one")
    assert note.save.isHidden()


@pytest.mark.usefixtures("qapp")
def test_a_photo_is_removed_and_put_back(qtbot: QtBot) -> None:
    file = File(qtbot, customer=TAGGED)
    page = file.page
    assert page.remove_photo is not None
    page.remove_photo.click()
    assert [name for name, _ in file.staff.asked()] == ["photo", "remove_photo"]
    assert file.staff.asked()[1][1] == (AMARA.id, '"abc"')
    task = file.staff.tasks[-1]
    file.answer(task.call(Recorder(), task.once))  # type: ignore[arg-type]
    toast = file.staff.panel.toast
    assert toast.words.text() == "Photo of Amara Okafor removed."
    file.answer(CustomerSheet(profile()))
    assert not offered(page)
    toast.undo_button.click()
    ((name, given),) = file.staff.asked()
    assert (name, given[0], given[2]) == ("store_photo", AMARA.id, '"none"')


def _record(**changes: Any) -> CustomerRecord:
    """Amara's own fields."""
    known = profile(**changes)
    return CustomerRecord.model_validate(
        {name: getattr(known, name) for name in CustomerRecord.model_fields}
    )
