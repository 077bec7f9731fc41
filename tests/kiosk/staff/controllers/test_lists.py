"""Long lists are loaded to their end, or say how many there are."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from api_client.messages.management import (
    CompanyLine,
    CompanyPage,
    LinkedCustomer,
    LinkedCustomers,
    LinkSource,
    PlanPage,
)
from kiosk.application import load_fonts
from kiosk.staff.controllers.company import CompanySheet
from kiosk.staff.controllers.lists import (
    MOST_PEOPLE,
    load_people,
    load_plans,
)
from kiosk.staff.page import Place
from kiosk.staff.pages.company import SHOWN_AT_ONCE
from kiosk.staff.pages.parts import Action
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.messages import NORTHWIND, company, plan
from tests.kiosk.staff.staff_desk import Staff

PAGE = 100


class Paged:
    """A client whose lists have ``count`` items, in pages."""

    def __init__(self, count: int) -> None:
        self.count = count

    def _page(self, kind: Any, make: Any, cursor: str | None) -> Any:
        start = int(cursor or 0)
        end = min(start + PAGE, self.count)
        return kind(
            items=tuple(make(number) for number in range(start, end)),
            next_cursor=str(end) if end < self.count else None,
            total=None if cursor else self.count,
        )

    def plans(self, cursor: str | None = None) -> PlanPage:
        made: PlanPage = self._page(
            PlanPage, lambda n: plan(id=UUID(int=n + 1), name=f"Plan {n:04}"), cursor
        )
        return made

    def companies(self, _text: str, cursor: str | None = None, **_filters: Any) -> CompanyPage:
        view, _ = company()
        fields = {name: getattr(view, name) for name in CompanyLine.model_fields}
        made: CompanyPage = self._page(
            CompanyPage, lambda n: CompanyLine(**fields | {"id": UUID(int=n + 1)}), cursor
        )
        return made

    def people_of(self, _company: UUID, cursor: str | None = None) -> LinkedCustomers:
        made: LinkedCustomers = self._page(
            LinkedCustomers,
            lambda n: LinkedCustomer(
                customer=AMARA.model_copy(update={"id": UUID(int=n + 1)}), role="",
                source=LinkSource.MANUAL,
                valid_from=NOON, has_seat=True,
            ),
            cursor,
        )  # fmt: skip
        return made


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    made = Staff(qtbot)
    made.presenter.open_home()
    made.sign_in()
    return made


def words_on(staff: Staff) -> str:
    """Every text on the page in front."""
    page = staff.page()
    assert page is not None
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def test_every_plan_can_be_assigned(staff: Staff) -> None:
    staff.open_customer()
    every = load_plans(Paged(134))  # type: ignore[arg-type]
    choice = staff.sheet(Action.ASSIGN, plans=every).choice("plan_id")
    assert choice.count() == 134
    assert choice.itemText(133).startswith("Plan 0133")


@pytest.mark.parametrize(
    ("count", "note"),
    [(134, ""), (MOST_PEOPLE, ""), (1240, "500 of 1240 are shown. Search to find others.")],
)
def test_the_people_of_a_company_are_all_there_or_counted(
    staff: Staff, count: int, note: str
) -> None:
    people = load_people(Paged(count), NORTHWIND)  # type: ignore[arg-type]
    assert len(people.items) == min(count, MOST_PEOPLE)
    view, _ = company(customers=count)
    staff.presenter.open(Place("company", NORTHWIND))
    staff.presenter.on_done(staff.tasks[-1], CompanySheet(view, people))
    listed = staff.pages.company.page.people
    assert listed is not None
    while not listed.more_button.isHidden():
        assert len(listed.lines) % SHOWN_AT_ONCE == 0
        listed.more_button.click()
    assert len(staff.pages.company.page.lines) == min(count, MOST_PEOPLE)
    shown = words_on(staff)
    assert (note in shown) if note else ("are shown" not in shown)
    assert str(count) in shown


@pytest.mark.parametrize("count", [0, 1, 50, 205])
def test_companies_are_fetched_to_the_last_one(staff: Staff, count: int) -> None:
    client = Paged(count)
    staff.presenter.open(Place("companies"))
    task = staff.task("companies")
    staff.presenter.on_done(task, task.call(client, ""))  # type: ignore[arg-type]
    rows = staff.page().list  # type: ignore[union-attr]
    while (asked := staff.tasks[-1]) and len(rows.rows.rows) < count:
        rows.setCurrentIndex(rows.rows.index(len(rows.rows.rows) - 1))
        rows.scrollToBottom()
        rows.more.emit()
        assert staff.tasks[-1] is not asked
        assert staff.tasks[-1].name == "more_companies"
        task = staff.tasks[-1]
        staff.presenter.on_done(task, task.call(client, ""))  # type: ignore[arg-type]
    ids = [row.id for row in rows.rows.rows]
    assert len(set(ids)) == len(ids) == count
