"""Subscriptions at the desk, without a service: what is asked, and what an answer does."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from api_client.errors import Refused, ServiceError, Unreachable
from api_client.messages.billing import OrderPage, PlanChangePreview, PlanChoice
from api_client.messages.scan import FieldFault, Problem
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.billing import ProfileBilling, load_billing
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.controllers.subscription import SubscriptionSheet
from kiosk.staff.forms.subscription import order_form
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.worker import failure_of_task
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.billing_messages import (
    ORDER,
    PAID_UNTIL,
    invoice,
    invoices,
    link,
    opened,
    order,
)
from tests.kiosk.staff.desk_messages import stripe
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Staff

AMARAS = {"customer_id": str(AMARA.id)}


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("memberships:read", "memberships:write")
    return staff


def open_file(staff: Staff, billing: ProfileBilling) -> None:
    """Open Amara's file."""
    staff.presenter.open(Place("customer", AMARA.id))
    staff.presenter.bring_up()
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), None, billing))


def open_subscription(staff: Staff, **changes: Any) -> None:
    """Go from Amara's file to her subscription."""
    open_file(staff, ProfileBilling((order(**changes),), configured=True))
    staff.pages.customer.page.cards[0].buttons[Action.SUBSCRIPTION].click()
    sheet = SubscriptionSheet(order(**changes), "Amara Okafor", invoices(invoice()))
    staff.presenter.on_done(staff.tasks[-1], sheet)


def offers_orders(staff: Staff, billing: ProfileBilling) -> bool:
    """Whether Amara's file offers to order online."""
    open_file(staff, billing)
    return staff.pages.customer.page.order_button is not None


def opened_again(staff: Staff) -> list[tuple[str, tuple[Any, ...]]]:
    """What is asked when Amara's file is opened."""
    staff.presenter.open(Place("customer", AMARA.id))
    return staff.asked()


class Provider:
    """A client that lists orders in pages, or fails."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[tuple[Any, ...]]()

    def stripe_setup(self) -> Any:
        return self._next("stripe_setup")

    def orders_of(self, *asked: Any) -> Any:
        return self._next(*asked)

    def _next(self, *asked: Any) -> Any:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_file_asks_for_orders_and_once_for_stripe() -> None:
    pages = OrderPage(items=(order(),), next_cursor="more"), OrderPage(items=(opened(),))
    client: Any = Provider(stripe(), *pages)
    billing = load_billing(client, AMARAS, None)
    assert billing == ProfileBilling((order(), opened()), configured=True)
    assert client.asked == [("stripe_setup",), (AMARAS, None), (AMARAS, "more")]
    client = Provider(pages[1])
    assert load_billing(client, AMARAS, False) == ProfileBilling((opened(),), configured=False)


def test_a_file_asks_once_in_a_session_whether_stripe_is_set_up(staff: Staff) -> None:
    assert [name for name, _ in opened_again(staff)] == ["customer", "stripe_setup", "orders_of"]
    unknown = ProfileBilling((), None, Failure(Cause.TOO_SLOW, ""))
    staff.presenter.on_done(staff.tasks[-1], CustomerSheet(profile(), None, unknown))
    assert [name for name, _ in opened_again(staff)] == ["customer", "stripe_setup", "orders_of"]
    staff.presenter.on_done(
        staff.tasks[-1], CustomerSheet(profile(), None, ProfileBilling((), configured=False))
    )
    assert [name for name, _ in opened_again(staff)] == ["customer", "orders_of"]
    staff.presenter.open(Place("stripe", None))
    staff.presenter.on_done(staff.tasks[-1], stripe())
    assert offers_orders(staff, ProfileBilling((), None, Failure(Cause.TOO_SLOW, "")))
    staff.presenter.sign_out()
    staff.sign_in("memberships:read")
    assert [name for name, _ in opened_again(staff)] == ["customer", "stripe_setup", "orders_of"]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_file_is_shown_where_its_payments_are_not(staff: Staff, failing: int) -> None:
    answers: list[Any] = [stripe(), OrderPage(items=())]
    answers[failing] = Unreachable("no route")
    client: Any = Provider(*answers)
    billing = load_billing(client, AMARAS, None)
    assert billing.configured is (True if failing else None)
    open_file(staff, billing)
    page = staff.pages.customer.page
    assert staff.panel.page is page
    assert page.message.text() == (
        "Payments through Stripe cannot be shown: The membership service cannot be reached."
    )
    assert Action.RENEW in page.cards[0].buttons


def test_online_orders_are_offered_where_stripe_is_set_up(staff: Staff) -> None:
    assert not offers_orders(staff, ProfileBilling((), configured=False))
    assert offers_orders(staff, ProfileBilling((), configured=True))
    staff.sign_in("memberships:read")
    assert not offers_orders(staff, ProfileBilling((order(),), configured=True))
    assert set(staff.pages.customer.page.cards[0].buttons) == {Action.SUBSCRIPTION, Action.PAYMENTS}


def test_what_is_paid_through_stripe_leads_to_its_subscription(staff: Staff) -> None:
    open_subscription(staff)
    card = staff.pages.customer.page.cards[0]
    assert set(card.buttons) == {Action.SUBSCRIPTION, Action.PAY, Action.PAYMENTS}
    page = staff.pages.subscription.page
    assert staff.panel.page is page
    assert (page.state.text(), len(page.lines)) == ("Active", 1)
    shown = {action for action, button in page.buttons.items() if not button.isHidden()}
    assert shown == {Action.REFRESH, Action.CANCEL, Action.END}


@pytest.mark.parametrize(
    ("changes", "action", "asked"),
    [
        ({}, Action.CANCEL, ("cancel_order", (ORDER, "period_end"))),
        ({}, Action.END, ("cancel_order", (ORDER, "now"))),
        ({"cancels_at": PAID_UNTIL}, Action.KEEP, ("resume_order", (ORDER,))),
        ({"cancels_at": PAID_UNTIL}, Action.END, ("cancel_order", (ORDER, "now"))),
    ],
)
def test_a_subscription_is_changed_once_it_was_confirmed(
    staff: Staff, changes: dict[str, Any], action: Action, asked: tuple[str, Any]
) -> None:
    open_subscription(staff, **changes)
    before = len(staff.tasks)
    staff.pages.subscription.page.buttons[action].click()
    form = staff.presenter.changes.form
    assert form is not None
    assert len(staff.tasks) == before
    form.submit.click()
    name, given = asked
    assert staff.asked() == [(name, (*given, staff.tasks[-1].once))]
    staff.presenter.on_done(staff.tasks[-1], order())
    assert not staff.presenter.changes.asking
    assert staff.asked()[0] == ("order", (ORDER,))


def test_who_may_only_look_changes_nothing(staff: Staff) -> None:
    staff.sign_in("memberships:read")
    open_subscription(staff)
    assert all(button.isHidden() for button in staff.pages.subscription.page.buttons.values())


def test_stripe_is_asked_and_what_it_says_is_shown(staff: Staff) -> None:
    open_subscription(staff)
    page = staff.pages.subscription.page
    page.buttons[Action.REFRESH].click()
    assert page.progress.text() == "Checking …"
    assert staff.asked()[0] == ("refresh_order", (ORDER,))
    away = failure_of_task(
        ServiceError("x", Problem(title="x", status=503, code="payment_provider_unavailable"))
    )
    staff.presenter.on_failed(staff.tasks[-1], away)
    assert page.message.text() == "Stripe does not answer just now. Try again in a moment."
    assert page.progress.isHidden()
    page.buttons[Action.REFRESH].click()
    assert page.message.isHidden()
    overdue = SubscriptionSheet(order(subscription="past_due"), "Amara", invoices())
    staff.presenter.on_done(staff.tasks[-1], overdue)
    assert page.state.text() == "Payment overdue"
    assert page.progress.text() == "Checked just now."
    other = SubscriptionSheet(order(id=UUID(int=81)), "Bela", invoices())
    staff.presenter.on_done(staff.tasks[-1], other)
    assert page.payer.text() == "Amara"


def test_a_failure_of_the_provider_is_told_as_none_of_the_service() -> None:
    broken = Problem(title="x", status=500, code="internal_error")
    assert failure_of_task(ServiceError("x", broken)).sentence(Texts("en")) == (
        "The membership service failed. Its log tells why."
    )
    away = Problem(title="x", status=503, code="payment_provider_unavailable")
    assert "Stripe antwortet" in failure_of_task(ServiceError("x", away)).sentence(Texts("de"))


def test_ending_now_is_not_sent_as_the_cancelling_whose_answer_was_lost(staff: Staff) -> None:
    open_subscription(staff)
    buttons = staff.pages.subscription.page.buttons
    once = []
    for action in (Action.CANCEL, Action.END):
        buttons[action].click()
        form = staff.presenter.changes.form
        assert form is not None
        form.submit.click()
        once.append(staff.task("change").once)
        ((_, given),) = staff.asked("change")
        assert given[1] == ("period_end" if action is Action.CANCEL else "now")
        staff.presenter.on_failed(staff.task("change"), Failure(Cause.TOO_SLOW, ""))
        form.cancel.click()
    assert once[0] != once[1]


PLATINUM = PlanChoice(
    plan_id=UUID(int=90), plan="Platinum", amount_minor=9900, currency="EUR", next_period=True
)
YEARLY = PLATINUM.model_copy(
    update={"plan_id": UUID(int=91), "plan": "Yearly", "next_period": False}
)
COST = PlanChangePreview(
    plan_id=PLATINUM.plan_id,
    plan="Platinum",
    amount_minor=2500,
    currency="EUR",
    prorated_at=PAID_UNTIL,
    next_amount_minor=9900,
)


def open_changeable(staff: Staff, **changes: Any) -> None:
    """Open a subscription whose plan can be changed."""
    open_file(staff, ProfileBilling((order(**changes),), configured=True))
    staff.pages.customer.page.cards[0].buttons[Action.SUBSCRIPTION].click()
    choices = (PLATINUM, YEARLY)
    sheet = SubscriptionSheet(order(**changes), "Amara Okafor", invoices(invoice()), choices)
    staff.presenter.on_done(staff.tasks[-1], sheet)


def press_change(staff: Staff, plan: PlanChoice, at: str) -> None:
    """Fill and send the form of a change."""
    form = staff.presenter.changes.form
    assert form is not None
    for key, value in (("plan_id", str(plan.plan_id)), ("at", at)):
        choice: Any = form.field(key)
        choice.setCurrentIndex(choice.findData(value))
    before = len(staff.tasks)
    form.submit.click()
    if len(staff.tasks) == before:  # the outcome of the press before was not told to the form
        staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.REFUSED, ""))
        form.submit.click()


def test_a_plan_is_changed_with_the_next_period(staff: Staff) -> None:
    open_changeable(staff)
    staff.pages.subscription.page.buttons[Action.CHANGE_PLAN].click()
    press_change(staff, PLATINUM, "period_end")
    once = staff.tasks[-1].once
    assert staff.asked() == [("change_plan_later", (ORDER, str(PLATINUM.plan_id), once))]


def test_what_a_change_now_costs_is_said_before_it_is_made(staff: Staff) -> None:
    open_changeable(staff)
    staff.pages.subscription.page.buttons[Action.CHANGE_PLAN].click()
    press_change(staff, PLATINUM, "now")
    client: Any = Changes()
    with pytest.raises(Refused, match=r"€25\.00 is charged now"):
        staff.tasks[-1].call(client, "once")
    press_change(staff, PLATINUM, "now")
    staff.tasks[-1].call(client, "twice")
    assert client.asked == [("preview", str(PLATINUM.plan_id)), ("change", COST, "twice")]


def test_another_interval_begins_at_once_only(staff: Staff) -> None:
    open_changeable(staff)
    staff.pages.subscription.page.buttons[Action.CHANGE_PLAN].click()
    press_change(staff, YEARLY, "period_end")
    client: Any = Changes()
    with pytest.raises(Refused, match="only begin at once"):
        staff.tasks[-1].call(client, "once")
    assert client.asked == []


def test_a_planned_change_is_shown_and_taken_back(staff: Staff) -> None:
    open_changeable(staff, next_plan="Platinum", next_amount_minor=9900)
    page = staff.pages.subscription.page
    assert page.buttons[Action.CHANGE_PLAN].isHidden()
    assert page.words is not None
    assert ("Then", "Platinum, €99.00") in page.words.facts
    page.buttons[Action.KEEP_PLAN].click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [("withdraw_plan_change", (ORDER, staff.tasks[-1].once))]


class Changes:
    """A client that says what a change costs, and makes it."""

    def __init__(self) -> None:
        self.asked = list[tuple[Any, ...]]()

    def preview_change(self, _order: UUID, plan_id: str) -> PlanChangePreview:
        self.asked.append(("preview", plan_id))
        return COST

    def change_plan_now(self, _order: UUID, shown: PlanChangePreview, once: str) -> Any:
        self.asked.append(("change", shown, once))
        return order()


def test_a_service_of_before_orders_without_again() -> None:
    asked: list[tuple[str, bool | None]] = []

    class Older:
        def order_online(self, *given: Any, again: bool | None) -> Any:
            asked.append((given[-1], again))
            if again is not None:
                fault = FieldFault(field="body.again", message="unknown")
                problem = Problem(title="x", status=422, code="invalid_request", errors=(fault,))
                raise Refused(problem)
            return link()

    _, filled = order_form(Texts("en"), AMARAS, [], None, "Amara")
    call, client = filled({"plan_id": "p"}), Older()
    for _ in range(2):
        assert call(client, "once") == link()  # type: ignore[arg-type]
    assert asked == [("once", False), ("once", None), ("once", None)]


def test_a_second_subscription_is_ordered_at_the_second_press() -> None:
    asked: list[bool] = []

    class Orders:
        def order_online(self, *_: Any, again: bool) -> Any:
            asked.append(again)
            if not again:
                problem = Problem(title="x", status=409, code="other_subscription_runs")
                raise Refused(problem)
            return link()

    _, filled = order_form(Texts("en"), AMARAS, [], None, "Amara")
    client: Any = Orders()
    with pytest.raises(Refused, match="press the button again"):
        filled({"plan_id": "p"})(client, "once")
    filled({"plan_id": "p"})(client, "twice")
    assert asked == [False, True]
