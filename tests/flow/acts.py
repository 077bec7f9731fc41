"""What staff do at the desk, by mouse and keys, and how often the service has done it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from PySide6.QtWidgets import QPushButton, QWidget

from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile
from api_client.messages.scan import CustomerView
from kiosk.staff.controllers.card import CARD
from kiosk.staff.controllers.companies import COMPANIES
from kiosk.staff.controllers.design import DESIGNS
from kiosk.staff.controllers.plans import PLANS
from kiosk.staff.controllers.profile import COMPANY, CUSTOMER
from kiosk.staff.page import MEMBERS, Place
from kiosk.staff.pages.parts import Action

from .hands import Hands

GOLD, STANDARD = "Gold Membership", "Standard"


@dataclass
class Somebody:
    """A new customer with a membership, and a company, that one act is done to."""

    client: ManagementClient
    family_name: str = field(default_factory=lambda: f"Test{uuid4().hex[:10]}")
    id: UUID = field(init=False)
    membership_id: UUID = field(init=False)
    company_id: UUID = field(init=False)
    before: CustomerProfile = field(init=False)
    duplicate: CustomerView = field(init=False)

    def __post_init__(self) -> None:
        client, names = self.client, {"given_name": "Ada", "family_name": self.family_name}
        email = f"{self.family_name.lower()}@example.com"
        record = client.create_customer({**names, "email": email}, str(uuid4()))
        self.id = record.customer.id
        plans = {plan.name: plan.id for plan in client.plans().items}
        sold = {"customer_id": str(self.id), "plan_id": str(plans[GOLD])}
        self.membership_id = client.assign(sold, str(uuid4())).id
        company = client.save_company(None, {"name": f"{self.family_name} Ltd"}, str(uuid4()))
        self.company_id = company.id
        self.before = self.profile()

    @property
    def name(self) -> str:
        return f"Ada {self.family_name}"

    @property
    def number(self) -> str:
        return self.before.customer.number

    def profile(self) -> CustomerProfile:
        """The customer as the service has them now."""
        return self.client.customer(self.id)

    def add_card(self) -> UUID:
        """Issue a card, and return its id."""
        design = self.client.designs().items[0]
        return self.client.issue_card(self.id, design.id, str(uuid4())).card.id

    def add_duplicate(self) -> None:
        """Enter the same person a second time."""
        names = {"given_name": "Ada", "family_name": self.family_name}
        self.duplicate = self.client.create_customer(names, str(uuid4())).customer

    def end_membership(self) -> None:
        """End the membership."""
        self.client.end(self.membership_id, {"why": "moved away"}, str(uuid4()))

    def add_payment(self) -> None:
        """Take a payment."""
        self.client.note_payment(
            self.membership_id, {"method": "cash", "note": "", "renew": False}, str(uuid4())
        )


@dataclass(frozen=True)
class Act:
    """One thing that staff do. ``count`` returns how often the service has done it."""

    name: str
    place: Callable[[Somebody], Place]
    press: Callable[[Hands, Somebody], None]
    count: Callable[[Somebody], int]
    fill: Callable[[Somebody], dict[str, str]] = lambda _who: {}
    prepare: Callable[[Somebody], object] = lambda _who: None
    names_person: bool = True
    """Whether the form is about a person, and so names them with their number."""


def button(root: QWidget, words: str) -> QPushButton:
    """Return the only visible button with these words."""
    found = [
        each
        for each in root.findChildren(QPushButton)
        if each.text().replace("&", "") == words and each.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons {words!r}"
    return found[0]


def page_of(hands: Hands) -> QWidget:
    """The page of the staff side on screen."""
    page = hands.at.kiosk.management.panel.page
    assert page is not None
    return page


def _customer(who: Somebody) -> Place:
    return Place(CUSTOMER, who.id)


def _company(who: Somebody) -> Place:
    return Place(COMPANY, who.company_id)


def _home(_who: Somebody) -> Place:
    return MEMBERS


def _of_membership(action: Action) -> Callable[[Hands, Somebody], None]:
    def press(hands: Hands, who: Somebody) -> None:
        cards = hands.at.kiosk.management.pages.customer.page.cards
        card = next(each for each in cards if each.line.id == who.membership_id)
        if not card.buttons[action].isVisible():
            hands.click(card.more)
        hands.click(card.buttons[action])

    return press


def _press(words: str) -> Callable[[Hands, Somebody], None]:
    return lambda hands, _who: hands.click(button(page_of(hands), words))


def _from_menu(words: str, opener: str = "More") -> Callable[[Hands, Somebody], None]:
    """Press a button of the menu of a page, which is opened for it."""

    def press(hands: Hands, _who: Somebody) -> None:
        hands.click(button(page_of(hands), opener))
        hands.click(button(page_of(hands), words))

    return press


def _days_more(who: Somebody) -> int:
    """By how many days the membership ends later than before."""
    now = {each.id: each.last_day for each in who.profile().memberships}[who.membership_id]
    before = {each.id: each.last_day for each in who.before.memberships}[who.membership_id]
    assert now is not None
    assert before is not None
    return (now - before).days


def _payments(who: Somebody, *, void: bool) -> int:
    items = who.client.payments_of(who.membership_id).items
    return sum((each.voided_at is not None) is void for each in items)


def _found(who: Somebody, prefix: str) -> int:
    hits = who.client.search_customers(f"{prefix} {who.family_name}").items
    return sum(hit.customer.name == f"{prefix} {who.family_name}" for hit in hits)


def _companies(who: Somebody, prefix: str) -> int:
    items = who.client.companies(who.family_name).items
    return sum(each.name == f"{prefix} {who.family_name}" for each in items)


def _plans(who: Somebody) -> int:
    return sum(each.name == f"Plan {who.family_name}" for each in who.client.plans().items)


def _ended(who: Somebody) -> int:
    return sum(each.ended_early_at is not None for each in who.profile().memberships)


def _cards(who: Somebody, *, revoked: bool) -> int:
    items = who.client.cards_of(who.id).items
    return sum((each.revoked_at is not None) is revoked for each in items)


def _card_place(who: Somebody) -> Place:
    return Place(CARD, who.client.cards_of(who.id).items[0].id)


def _void(hands: Hands, who: Somebody) -> None:
    buttons = hands.at.kiosk.management.pages.payment.page.void_buttons
    (only,) = buttons.values()
    hands.click(only)


def _link(who: Somebody) -> None:
    who.client.link(who.company_id, who.id, "", str(uuid4()))


def _linked(who: Somebody) -> int:
    return len(who.client.people_of(who.company_id).items)


def _unlink(hands: Hands, who: Somebody) -> None:
    (line,) = hands.at.kiosk.management.pages.company.page.lines
    hands.click(button(line, "Unlink"))


def _merge(hands: Hands, who: Somebody) -> None:
    """Compare somebody with their duplicate, unless that is done already, and merge them."""
    page, panel = hands.at.kiosk.management.pages.merge.page, hands.at.kiosk.management.panel
    if panel.page is not page:
        _from_menu("Merge with another file …")(hands, who)
        hands.at.wait_until(lambda: panel.page is page)
        hands.type_over(page.finder.search, who.duplicate.number)
        hands.at.wait_until(lambda: len(page.finder.choose_buttons) == 1)
        hands.click(page.finder.choose_buttons[0])
        hands.at.wait_until(lambda: page.goes is not None)
    hands.click(page.merge_button)


def _merged(who: Somebody) -> int:
    return int(who.client.customer(who.duplicate.id).customer.id == who.id)


def _erased(who: Somebody) -> int:
    return int(who.profile().customer.name == "Erased customer")


def _add_plan(who: Somebody) -> None:
    fields = {"name": f"Old {who.family_name}", "price_minor": 1000, "currency": "EUR"}
    who.client.save_plan(None, fields, str(uuid4()))


def _open_plan(hands: Hands, who: Somebody) -> None:
    lines = hands.at.kiosk.management.pages.plans.page.plan_lines
    line = next(each for each in lines if each.row.name == f"Old {who.family_name}")
    hands.click(line.open_button)


def _changed_plans(who: Somebody) -> int:
    return sum(each.name == f"New {who.family_name}" for each in who.client.plans().items)


def _designs(who: Somebody) -> int:
    return sum(each.name == f"Design {who.family_name}" for each in who.client.designs().items)


ACTS = (
    Act("new customer", _home, _press("New customer …"), lambda who: _found(who, "Neu"),
        lambda who: {"given_name": "Neu", "family_name": who.family_name}, names_person=False),
    Act("edit customer", _customer, _press("Edit …"), lambda who: _found(who, "Changed"),
        lambda _who: {"given_name": "Changed"}),
    Act("merge", _customer, _merge, _merged, prepare=lambda who: who.add_duplicate()),
    Act("erase", _customer, _from_menu("Erase personal data …"), _erased,
        lambda who: {"confirm": who.number}, lambda who: who.end_membership()),
    Act("new company", lambda _who: COMPANIES, _press("New company …"),
        lambda who: _companies(who, "Firm"),
        lambda who: {"name": f"Firm {who.family_name}"}, names_person=False),
    Act("link", _company, _press("Link a person …"), lambda who: len(who.profile().companies),
        lambda who: {"who": who.number}, names_person=False),
    Act("new plan", lambda _who: PLANS, _press("New plan …"), _plans,
        lambda who: {"name": f"Plan {who.family_name}", "price": "10"}, names_person=False),
    Act("assign", _customer, _press("Assign plan …"),
        lambda who: len(who.profile().memberships) - 1,
        lambda _who: {"plan_id": "Standard Membership"}),
    Act("renew", _customer, _of_membership(Action.RENEW), lambda who: _days_more(who) // 365),
    Act("extend", _customer, _of_membership(Action.EXTEND), _days_more,
        lambda _who: {"why": "was ill"}),
    Act("end", _customer, _of_membership(Action.END), _ended, lambda _who: {"why": "moved away"}),
    Act("change plan", _customer, _of_membership(Action.TRANSFER),
        lambda who: len(who.profile().memberships) - 1),
    Act("take payment", _customer, _of_membership(Action.PAY),
        lambda who: _payments(who, void=False)),
    Act("void payment", lambda who: Place("payments", who.membership_id), _void,
        lambda who: _payments(who, void=True), lambda _who: {"why": "typed twice"},
        lambda who: who.add_payment(), names_person=False),
    Act("issue card", _customer, _from_menu("Issue card …"),
        lambda who: _cards(who, revoked=False)),
    Act("edit company", _company, _press("Edit …"), lambda who: _companies(who, "New"),
        lambda who: {"name": f"New {who.family_name}"}, names_person=False),
    Act("unlink", _company, _unlink, lambda who: 1 - _linked(who), prepare=_link,
        names_person=False),
    Act("edit plan", lambda _who: PLANS, _open_plan, _changed_plans,
        lambda who: {"name": f"New {who.family_name}"}, _add_plan, names_person=False),
    Act("new design", lambda _who: DESIGNS, _press("New design …"), _designs,
        lambda who: {"name": f"Design {who.family_name}"}, names_person=False),
    Act("replace card", _card_place, _press("Replace …"), lambda who: _cards(who, revoked=True),
        prepare=lambda who: who.add_card()),
    Act("revoke card", _card_place, _from_menu("Revoke …", "More …"),
        lambda who: _cards(who, revoked=True),
        prepare=lambda who: who.add_card()),
)  # fmt: skip
