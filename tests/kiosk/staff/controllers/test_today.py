"""Today at the desk, without a service: one step leads to the next, and each can be left."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.messages.management import CustomerRecord
from api_client.messages.organization import UNNAMED, OrganizationSettings
from api_client.messages.scan import Outcome, VisitPage, VisitView
from kiosk.application import load_fonts
from kiosk.staff.controllers.today import (
    Begun,
    TodayController,
    TodaySheet,
    load_today,
    load_visits,
)
from kiosk.staff.forms.first_run import Enrolled, club_form, first_member_form, first_plan_form
from kiosk.staff.page import TODAY, Place
from kiosk.staff.words.places import Whereabouts
from kiosk.staff.words.today import Step
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.card_messages import CARD, designs, issued
from tests.kiosk.staff.messages import plan
from tests.kiosk.staff.staff_desk import Staff

NEW = OrganizationSettings(name=UNNAMED, time_zone="UTC", currency="EUR")
NAMED = NEW.model_copy(update={"name": "Riverside", "country": "DE"})
SETS_UP = ("organization:write", "plans:write", "memberships:write", "cards:write")
HERE = Whereabouts("DE", "Europe/Berlin")
DESIGNS = designs(False).items


def sheet(settings: OrganizationSettings, *plans: Any) -> TodaySheet:
    return TodaySheet((), False, Begun(settings, plans, DESIGNS))


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.presenter.open(TODAY)
    staff.sign_in(*SETS_UP)
    return staff


def answer(staff: Staff, given: object) -> None:
    staff.presenter.on_done(staff.tasks[-1], given)


def form_title(staff: Staff) -> str:
    form = staff.presenter.changes.form
    return form.title if form is not None else ""


def fill(staff: Staff, **values: str) -> None:
    form = staff.presenter.changes.form
    assert form is not None
    for key, value in values.items():
        form.field(key).setText(value)  # type: ignore[attr-defined]
    form.submit.click()


def test_one_step_leads_to_the_next_and_the_last_to_the_card(staff: Staff) -> None:
    answer(staff, sheet(NEW))
    assert form_title(staff) == "Your club"
    fill(staff, name="Riverside")
    answer(staff, NAMED)
    answer(staff, sheet(NAMED))
    assert form_title(staff) == "First plan"
    fill(staff, name="Gold", price="49")
    answer(staff, plan())
    answer(staff, sheet(NAMED, plan()))
    assert form_title(staff) == "First member with a card"
    fill(staff, given_name="Amara", family_name="Okafor")
    answer(staff, Enrolled(AMARA.id, CARD))
    assert staff.presenter.front == Place("card", CARD)


def test_a_step_that_was_left_opens_from_the_checklist_and_never_by_itself(staff: Staff) -> None:
    answer(staff, sheet(NEW))
    staff.presenter.back()
    staff.presenter.reload()
    answer(staff, sheet(NEW))
    assert form_title(staff) == ""
    page = staff.pages.today.page
    assert [button.isEnabled() for button in page.buttons] == [True, False, False]
    page.buttons[0].click()
    assert form_title(staff) == "Your club"


def test_a_club_that_is_named_is_not_asked_for_the_rest_by_itself(staff: Staff) -> None:
    answer(staff, sheet(NAMED))
    assert form_title(staff) == ""
    assert len(staff.pages.today.page.buttons) == 2


def test_who_may_not_set_up_sees_no_checklist(qtbot: QtBot, qapp: QApplication) -> None:
    staff = Staff(qtbot)
    staff.presenter.open(TODAY)
    staff.sign_in("visits:read")
    assert staff.asked() == [("visits", (None,))]
    answer(staff, TodaySheet((), False, None))
    assert staff.pages.today.page.buttons == []


class Client:
    """A service whose requests are kept with their keys; one of them fails once."""

    def __init__(self, fails_at: str = "") -> None:
        self.asked: list[tuple[str, str]] = []
        self.fails_at = fails_at

    def _note(self, name: str, once: str) -> None:
        self.asked.append((name, once))
        if name == self.fails_at:
            self.fails_at = ""
            raise ConnectionError(name)

    def create_customer(self, fields: dict[str, Any], once: str) -> CustomerRecord:
        assert fields == {"given_name": "Amara", "family_name": "Okafor", "email": None}
        self._note("customer", once)
        return CustomerRecord(
            customer=AMARA, given_name="Amara", family_name="Okafor", email=None, phone=None,
            birth_date=None, desk_note=None, created_at=NOON,
        )  # fmt: skip

    def assign(self, fields: dict[str, Any], once: str) -> None:
        assert fields == {"customer_id": str(AMARA.id), "plan_id": str(plan().id)}
        self._note("plan", once)

    def issue_card(self, customer_id: UUID, design_id: UUID, once: str) -> Any:
        assert (customer_id, design_id) == (AMARA.id, DESIGNS[0].id)
        self._note("card", once)
        return issued()


@pytest.mark.parametrize("fails_at", ["customer", "plan", "card"])
def test_a_first_member_that_is_sent_again_is_made_once(qapp: QApplication, fails_at: str) -> None:
    form, filled = first_member_form(Texts(), (plan(),), DESIGNS[0])
    form.field("given_name").setText("Amara")  # type: ignore[attr-defined]
    form.field("family_name").setText("Okafor")  # type: ignore[attr-defined]
    call, client, once = filled(form.values()), Client(fails_at), str(UUID(int=7))
    with pytest.raises(ConnectionError):
        call(client, once)  # type: ignore[arg-type]
    failed_after = len(client.asked)
    assert call(client, once) == Enrolled(AMARA.id, CARD)  # type: ignore[arg-type]
    first, again = client.asked[:failed_after], client.asked[failed_after:]
    assert again[:failed_after] == first
    keys = [key for _, key in again]
    assert keys == [once, *(str(uuid5(UUID(int=7), part)) for part in ("plan", "card"))]


class Asked:
    """A client that keeps the body of what is asked."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    def save_plan(self, _plan_id: None, fields: dict[str, Any], _once: str) -> None:
        self.bodies.append(fields)

    def organization(self) -> OrganizationSettings:
        return NEW

    def change_organization(self, fields: dict[str, Any], _once: str, **_state: str) -> None:
        self.bodies.append(fields)


def test_a_new_club_is_where_the_pc_is(qapp: QApplication) -> None:
    client = Asked()
    form, filled = club_form(Texts(), NEW, HERE)
    form.field("name").setText("Riverside")  # type: ignore[attr-defined]
    filled(form.values())(client, "k")  # type: ignore[arg-type]
    assert client.bodies == [
        {"name": "Riverside", "country": "DE", "time_zone": "Europe/Berlin", "currency": "EUR"}
    ]
    stored, _ = club_form(Texts(), NAMED, Whereabouts("AT", "Europe/Vienna"))
    assert stored.values() == {
        "name": "Riverside", "country": "DE", "time_zone": "UTC", "currency": "EUR",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "length"),
    [("year:1", {"unit": "year", "count": 1}), ("month:3", {"unit": "month", "count": 3}),
     ("", None)],
)  # fmt: skip
def test_a_first_plan_needs_a_name_and_a_price(
    qapp: QApplication, chosen: str, length: dict[str, Any] | None
) -> None:
    client = Asked()
    _, filled = first_plan_form(Texts("de"), "EUR")
    values = {"name": "Gold", "price": "49,50", "length": chosen}
    filled(values)(client, "k")  # type: ignore[arg-type]
    assert client.bodies == [
        {"name": "Gold", "price_minor": 4950, "currency": "EUR", "length": length}
    ]


class Visits:
    """A service with visits an hour apart, two a page."""

    def __init__(self, count: int, latest: datetime) -> None:
        self.count, self.latest = count, latest

    def visits(self, cursor: str | None) -> VisitPage:
        start = int(cursor or 0)
        items = tuple(
            VisitView(id=UUID(int=number), at=self.latest - timedelta(hours=number),
                      customer_id=AMARA.id, name="Amara", number="C-1", outcome=Outcome.ACTIVE)
            for number in range(start, min(start + 2, self.count))
        )  # fmt: skip
        following = str(start + 2) if start + 2 < self.count else None
        return VisitPage(items=items, next_cursor=following)


@pytest.mark.parametrize(
    ("zone", "count", "expected"),
    [("UTC", 40, 12), ("Europe/Berlin", 40, 13), ("Pacific/Auckland", 40, 1), ("UTC", 3, 3),
     ("UTC", 0, 0)],
)  # fmt: skip
def test_a_day_is_that_of_the_club(zone: str, count: int, expected: int) -> None:
    found, more = load_visits(Visits(count, NOON), zone, NOON)  # type: ignore[arg-type]
    assert (len(found), more) == (expected, False)


def test_a_page_without_set_up_asks_for_the_visits_only() -> None:
    loaded = load_today(Visits(0, datetime.now(UTC)), "UTC", sets_up=False)  # type: ignore[arg-type]
    assert loaded == TodaySheet((), False, None)


def test_every_step_but_the_account_has_a_form(staff: Staff) -> None:
    answer(staff, sheet(NAMED, plan()))
    controller = staff.pages.today
    assert isinstance(controller, TodayController)
    for step in set(Step) - {Step.ACCOUNT}:
        controller.take_step(step)
        assert form_title(staff) != ""
        staff.presenter.back()
