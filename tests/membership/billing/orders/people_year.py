"""A year of several people who pay, with a model of what they may be charged and who looks at it.

The model knows who ordered what, who is barred, and what staff chose. It reads payments from the
fake's ledger, and shares no code with the service.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.orders.test_year import deliver
from tests.membership.billing.outbox.test_bans import flags, tasks


@dataclass(eq=False)
class Person:
    """A customer, and whether they are banned or erased."""

    id: str
    banned: bool = False
    erased: bool = False

    @property
    def barred(self) -> bool:
        """Whether nothing may be paid by them unseen."""
        return self.banned or self.erased


@dataclass
class Town:
    """The people of a club, and the model of what they pay.

    ``chosen`` are orders that staff let charge on knowingly; ``beside`` are those that were paid
    while another subscription of the same person charged; ``stopped`` is from when on an order
    may take no payment; ``told`` counts the payments of each order that were made while its payer
    was barred, or beside another subscription; ``unsettled`` are the orders whose flag nobody has
    settled.
    """

    club: BillingClub
    random: Random
    plans: list[str]
    people: list[Person] = field(default_factory=list)
    payers: dict[str, Person] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)
    stopped: dict[str, datetime] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    beside: set[str] = field(default_factory=set)
    unsettled: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """The time that it is."""
        return self.club.service.clock()

    def sessions(self) -> list[Any]:
        """Return all checkout pages, oldest first."""
        return list(self.club.stripe.ledger.all("checkout.session"))

    def subscriptions(self, person: Person) -> dict[str, Any]:
        """Return the subscriptions of a person that have not ended, by order."""
        mine = {
            each["client_reference_id"]: self.club.stripe.get(each["subscription"])
            for each in self.sessions()
            if each["subscription"] and self.payers[each["client_reference_id"]] is person
        }
        return {order: each for order, each in mine.items() if each["ended_at"] is None}

    def charging(self, person: Person) -> list[str]:
        """Return the orders of a person whose subscription takes further payments."""
        found = self.subscriptions(person).items()
        return [order for order, each in found if not each["cancel_at_period_end"]]

    def newcomer(self) -> Person:
        """Return a new customer."""
        name = f"Person {len(self.people) + 1}"
        made = Person(self.club.service.customer(name, email="someone@example.com"))
        self.people.append(made)
        return made

    def somebody(self, *, paying: bool, but: Person | None = None) -> Person:
        """Return somebody who is not barred, now and then someone new; ``paying`` or not."""
        fit = [
            each
            for each in self.people
            if each is not but
            and not each.barred
            and bool(self.subscriptions(each)) is paying
            # Who is charged, or could order, but nobody whose subscription only runs out.
            and bool(self.charging(each)) is paying
        ]
        if fit and self.random.random() < 0.7:
            return self.random.choice(fit)
        made = self.newcomer()
        if paying:
            self.club.stripe.pay(self.page(made))
            self.settle()
        return made

    def page(self, person: Person) -> str:
        """Order a plan for a person; returns the id of the open page."""
        return self._order(person, self.random.choice(self.plans), again=False)

    def page_of_another_plan(self, person: Person) -> None:
        """Order for a person, who is charged, the plan that they do not have, if there is one."""
        held = {self.club.get_order(each)["plan_id"] for each in self.subscriptions(person)}
        for plan in [each for each in self.plans if each not in held]:
            self._order(person, plan, again=True)

    def _order(self, person: Person, plan: str, *, again: bool) -> str:
        body = {"plan_id": plan, "customer_id": person.id, "again": again}
        answer = self.club.service.call("POST", "/v1/billing/orders", json=body)
        assert answer.status_code == 201, answer.text
        order = answer.json()["order_id"]
        self.payers[order] = person
        (page,) = [x for x in self.club.checkout_ids(order) if self.is_open(x)]
        return page

    def is_open(self, page: str) -> bool:
        """Whether a page can be paid."""
        return bool(self.club.stripe.get(page)["status"] == "open")

    def refuse(self, person: Person, code: str) -> None:
        """Require that nothing can be ordered for a person."""
        body = {"plan_id": self.plans[0], "customer_id": person.id}
        answer = self.club.service.call("POST", "/v1/billing/orders", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)

    def stop(self, orders: list[str]) -> None:
        """Note that orders take no payment from now on."""
        for order in orders:
            self.stopped.setdefault(order, self.now)

    def settle(self) -> None:
        """Let Stripe do what it is asked, deliver its events shuffled, and note the payments."""
        if tasks(self.club) and self.random.random() < 0.3:
            self.club.stripe.fail_next(1, 500)
            self.club.process_tasks()
            self.club.advance(minutes=5)
        self.club.process_tasks()
        while len(self.club.stripe.ledger.events) > self.club.delivered:
            deliver(self.club, self.random.randrange(2**16))
            self.club.process_tasks()
        self._note_payments()

    def _note_payments(self) -> None:
        """Note what was paid by somebody barred, or twice. Such a first payment is the last one."""
        for page in self.sessions():
            order = page["client_reference_id"]
            paid = [each for each in self.invoices(page) if each["status"] == "paid"]
            new = [each for each in paid if each["id"] not in self.seen]
            self.seen.update(each["id"] for each in new)
            first = bool(new) and len(paid) == len(new)
            if new and (self.payers[order].barred or (first and order in self.beside)):
                self.told[order] = self.told.get(order, 0) + len(new)
                self.unsettled.add(order)
                if first:
                    self.stop([order])

    def invoices(self, page: Any) -> list[Any]:
        """Return the invoices of the subscription that a page began."""
        return [
            each
            for each in self.club.stripe.ledger.all("invoice")
            if page["subscription"]
            and each["parent"]["subscription_details"]["subscription"] == page["subscription"]
        ]

    def check(self, why: object) -> None:
        """Compare the service and Stripe with the model."""
        assert tasks(self.club) == [], why
        self._check_flags(why)
        for page in self.sessions():
            order = page["client_reference_id"]
            person = self.payers[order]
            assert not (page["status"] == "open" and person.barred), (why, "open", order)
            if (end := self.stopped.get(order)) is not None:
                self._check_stopped(page, end, (why, "charged after it was stopped", order))
        for person in self.people:
            self._check_charges(person, why)

    def _check_flags(self, why: object) -> None:
        counted: dict[str, int] = {}
        for each in flags(self.club):
            counted[each["order_id"]] = counted.get(each["order_id"], 0) + 1
        assert counted == self.told, (why, "events")
        listed = self.club.service.get("/v1/billing/orders", trouble=True, limit=100)["items"]
        assert {each["id"] for each in listed} == self.unsettled, (why, "flags")
        assert len(listed) == len(self.unsettled), (why, "each once")

    def _check_stopped(self, page: Any, end: datetime, why: object) -> None:
        for each in self.invoices(page):
            assert each["status"] != "open", why
            # A draft of the very instant of the end stays one: Stripe collects it no more.
            assert each["status"] != "draft" or not each["auto_advance"], why
            paid = each["status_transitions"]["paid_at"]
            assert paid is None or datetime.fromtimestamp(paid, UTC) <= end, why

    def _check_charges(self, person: Person, why: object) -> None:
        """Who is charged lives and may come in, once for each plan; unless it was chosen."""
        unchosen: dict[str, list[str]] = {}
        of_plan: dict[str, int] = {}
        for order in self.charging(person):
            plan = self.club.get_order(order)["plan_id"]
            of_plan[plan] = of_plan.get(plan, 0) + 1
            if order not in self.chosen:
                unchosen.setdefault(plan, []).append(order)
        assert not (person.barred and unchosen), (why, "a barred person is charged", unchosen)
        assert not any(of_plan[plan] > 1 and orders for plan, orders in unchosen.items()), (
            why,
            "charged twice for one plan",
            unchosen,
        )
