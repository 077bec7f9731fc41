"""The lists of a club: companies, plans with permissions, cards; and a card."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt

from api_client.messages.cards import CardList, CardState, ListedCard, WalletKind
from api_client.messages.management import (
    CompanyLine,
    CompanyPage,
    IntervalMessage,
    LinkedCustomer,
    LinkedCustomers,
    LinkSource,
    PlanPage,
    PlanView,
)
from api_client.messages.members import MemberPage, MemberRow, MemberStatus
from api_client.messages.scan import CustomerHit, Outcome, PermissionView
from kiosk.staff.controllers.card import CARD as CARD_PAGE
from kiosk.staff.controllers.card import CardSheet
from kiosk.staff.controllers.cards import CARDS, CardsSheet
from kiosk.staff.controllers.companies import COMPANIES
from kiosk.staff.controllers.company import CompanySheet
from kiosk.staff.controllers.plans import PLANS, PlansSheet
from kiosk.staff.controllers.profile import COMPANY
from kiosk.staff.page import MEMBERS, Place
from kiosk.staff.pages.card import Side
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.permission_field import PermissionField
from kiosk.staff.pages.picker import Picker
from kiosk.staff.words.picker import person_hits
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.card_messages import CARD, designs, record, wallets
from tests.kiosk.staff.messages import NORTHWIND, company, plan, profile
from tools.screenshots.shots import page_of, staff_page
from tools.screenshots.studio import Studio, amara

_AREAS = (
    "Pool", "Sauna", "Climbing wall", "Boulder room", "Gym floor", "Courses", "Parking",
    "Towels", "Members' bar", "Guest pass once a month", "Solarium", "Physiotherapy",
)  # fmt: skip
PERMISSIONS = tuple(
    PermissionView(key=f"area.{number}", label=label) for number, label in enumerate(_AREAS)
)


def a_plan(number: int, name: str, price: int, areas: int, **more: Any) -> PlanView:
    """Return a plan with the first ``areas`` permissions."""
    fields: dict[str, Any] = {"customers": 0, "companies": 0, **more}
    return plan(id=UUID(int=number), name=name, price_minor=price,
                permissions=PERMISSIONS[:areas], **fields)  # fmt: skip


def companies() -> CompanyPage:
    """Return companies in each state."""
    names = ("Northwind Analytics", "Alpine Outdoor Equipment and Mountain Rescue Association e.V.",
             "Bäckerei Öztürk", "Contoso", "Old Mill Brewery")  # fmt: skip
    counts = ((48, 50, 48), (300, 250, 297), (7, None, 7), (0, 10, 0), (4, None, 4))
    items = tuple(
        CompanyLine(id=UUID(int=100 + number), name=name, seat_cap=cap, customers=people,
                    seats_taken=taken, archived_at=NOON if name.startswith("Old") else None)
        for number, (name, (people, cap, taken)) in enumerate(zip(names, counts, strict=True))
    )  # fmt: skip
    return CompanyPage(items=items * 4, total=20)


def a_card(number: int, **more: Any) -> ListedCard:
    """Return a card in the list."""
    customer = AMARA.model_copy(update={"number": f"C-{number:06}"})
    fields: dict[str, Any] = {
        "id": UUID(int=number), "label": "Member card", "issued_at": NOON, "customer": customer,
        "design_id": UUID(int=8), "design": "Member card", "state": CardState.ACTIVE,
    }  # fmt: skip
    return ListedCard(**(fields | more))


def all_cards() -> CardsSheet:
    """Return cards in each state."""
    items = (
        a_card(1, on_phones=(WalletKind.APPLE, WalletKind.GOOGLE)),
        a_card(2),
        a_card(3, state=CardState.REPLACED, revoked_at=NOON),
        a_card(4, state=CardState.REVOKED, revoked_at=NOON),
        a_card(5, design_id=None, design=None),
    )
    return CardsSheet(CardList(items=items * 4, total=20), designs(False, True), wallets())


def _pick(studio: Studio, *, chosen: bool) -> None:
    studio.staff.pages.company.act(Action.LINK, None)
    form = studio.staff.changes.form
    assert form is not None
    picker = form.field("who")
    assert isinstance(picker, Picker)
    picker.search.setText("ama")
    born, ikeda = (
        date(1991, 5, 17),
        AMARA.model_copy(update={"id": UUID(int=9), "name": "Amara Ikeda"}),
    )
    hits = [CustomerHit(customer=amara(), outcome=Outcome.ACTIVE, birth_date=born),
            CustomerHit(customer=ikeda,
                        outcome=Outcome.ACTIVE, email="amara.ikeda@example.com")]  # fmt: skip
    picker.show_hits("ama", person_hits(hits, {UUID(int=9)}, studio.texts))
    if chosen:
        picker.hit_buttons[0].click()


def large_company() -> CompanySheet:
    """Return a company with 300 people."""
    view, _ = company(customers=300, seat_cap=250, seats_taken=297)
    people = tuple(
        LinkedCustomer(
            customer=AMARA.model_copy(update={"id": UUID(int=number), "number": f"C-{number:06}"}),
            role="Head of mountain rescue" if number == 2 else "", source=LinkSource.MANUAL,
            valid_from=NOON, has_seat=number != 3)
        for number in range(1, 301)
    )  # fmt: skip
    return CompanySheet(view, LinkedCustomers(items=people, total=300))


def plans() -> PlansSheet:
    """Return plans with few and with many permissions, and one that is no longer sold."""
    items = (
        a_plan(1, "Company flat rate for all sites of the group including guests", 1290000, 4,
               companies=7, billing=IntervalMessage(unit="year")),
        a_plan(2, "Day pass", 1500, 1, customers=41, public=True, billing=None,
               length=IntervalMessage(unit="day")),
        a_plan(3, "Gold", 4900, 12, customers=1284, companies=1, public=True),
        a_plan(4, "Founders", 2500, 2, customers=3, archived_at=NOON - timedelta(days=90)),
    )  # fmt: skip
    return PlansSheet(PlanPage(items=items, total=4), PERMISSIONS)


def no_plans() -> PlansSheet:
    """Return a club without a plan."""
    return PlansSheet(PlanPage(items=(), total=0), ())


def _new_plan(studio: Studio) -> None:
    page_of(studio, PLANS).new_plan.emit()
    studio.answer("plan", (None, PERMISSIONS))
    _show_permissions(studio, "Quiet room")


def _show_permissions(studio: Studio, typed: str) -> None:
    form = studio.staff.changes.form
    assert form is not None
    field = form.field("permissions")
    assert isinstance(field, PermissionField)
    field.chips["area.1"].click()
    field.line.setText(typed)
    if typed:
        field.add_typed()
        field.keys_button.click()
    studio.picture()
    field.line.setFocus()
    form.area.ensureWidgetVisible(field)


def _edited_plan(studio: Studio) -> None:
    page_of(studio, PLANS).opened.emit(UUID(int=3))
    studio.answer("plan", (plans().plans.items[2], PERMISSIONS))
    _show_permissions(studio, "")


def _kept_permission(studio: Studio) -> None:
    page_of(studio, PLANS).deleted.emit("area.0")


def members() -> MemberPage:
    """Return members in each state."""
    names = ("Amara Okafor", "Jonas Weber", "سارة المنصوري", "Priya Raman", "Hanna Lindqvist",
             "Maximilian-Alexander von und zu Hohenfels")  # fmt: skip
    states = tuple(MemberStatus)
    items = tuple(
        MemberRow(
            customer=AMARA.model_copy(
                update={"id": UUID(int=number), "name": name, "number": f"C-{number:06}"}
            ),
            status=status,
            plan=None if status is MemberStatus.NO_MEMBERSHIP else "Gold",
            valid_until=date(2027, 3, number) if number % 4 else None,
            email=f"member{number}@club.example",
            card_id=UUID(int=number) if number % 3 else None,
        )
        for number, (name, status) in enumerate(zip(names * 4, states * 4, strict=True), 1)
    )
    return MemberPage(items=items)


def _ticked(studio: Studio) -> None:
    page = page_of(studio)
    for row in (0, 2, 3):
        at = page.table.members.index(row, 0)
        page.table.members.setData(at, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    page.bulk.mail_button.click()


PAGES = (
    staff_page(
        "members",
        MEMBERS,
        members,
        empty=lambda: MemberPage(items=()),
        ticked=_ticked,
        customer_form=lambda studio: page_of(studio).new_customer.emit(),
    ),
    staff_page(
        "companies",
        COMPANIES,
        companies,
        empty=lambda: CompanyPage(items=(), total=0),
        company_form=lambda studio: page_of(studio, COMPANIES).new_company.emit(),
    ),
    staff_page(
        "company-people",
        Place(COMPANY, NORTHWIND),
        large_company,
        picker=lambda studio: _pick(studio, chosen=False),
        picked=lambda studio: _pick(studio, chosen=True),
    ),
    staff_page(
        "cards",
        CARDS,
        all_cards,
        empty=lambda: CardsSheet(CardList(items=(), total=0), designs(), wallets()),
    ),
    staff_page(
        "card-picture",
        Place(CARD_PAGE, CARD),
        lambda: CardSheet(record(), profile(), wallets()),
        picture=lambda studio: studio.staff.pages.card.page.show_side(Side.PICTURE),
    ),
    staff_page(
        "plans",
        PLANS,
        plans,
        empty=no_plans,
        new_plan=_new_plan,
        edited_plan=_edited_plan,
        kept_permission=_kept_permission,
    ),
)
