"""Blocking a customer whom a subscription charges, and payments of people who are blocked."""

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.billing import OrderTrouble, RefundAnswer, SubscriptionStatus
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.staff.controllers.billing import ProfileBilling
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.words.profile import customer_words
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.billing_messages import ORDER, order
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Recorder, Staff

NAMES = {"given_name": "Amara", "family_name": "Okafor", "former_numbers": ""}


def sent(values: dict[str, Any], *charging: str) -> dict[str, Any]:
    """Return what the form of a customer sends."""
    _, filled = customer_form(Texts("en"), profile(), charging)
    recorder = Recorder()
    filled({**NAMES, **values})(recorder, "once")  # type: ignore[arg-type]
    ((_, given),) = recorder.asked
    fields: dict[str, Any] = next(each for each in given if isinstance(each, dict))
    return fields


SENT: dict[str, tuple[dict[str, Any], str | None]] = {
    "at once": ({"state": "banned", "subscriptions": "cancel_now"}, "cancel_now"),
    "later": (
        {"state": "banned", "subscriptions": "cancel_at_period_end"},
        "cancel_at_period_end",
    ),
    "not at all": ({"state": "banned", "subscriptions": "keep"}, "keep"),
    "nothing chosen": ({"state": "banned", "subscriptions": ""}, None),
    "no ban": ({"state": "active", "subscriptions": "cancel_now"}, None),
    "nothing to ask": ({"state": "banned"}, None),
}


@pytest.mark.parametrize("name", SENT)
def test_what_becomes_of_the_subscription_goes_with_a_ban_alone(qtbot: QtBot, name: str) -> None:
    values, expected = SENT[name]
    assert sent(values, "Gold").get("subscriptions") == expected


def test_only_whom_something_charges_is_asked_about(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:write", "memberships:read")
    controller = staff.pages.customer
    running = order()
    ending = order(cancels_at=running.paid_until)
    over = order(subscription=SubscriptionStatus.CANCELED)
    for orders, asked in (((running, ending), True), ((ending, over), False), ((), False)):
        staff.open_customer()
        controller.show(CustomerSheet(profile(), billing=ProfileBilling(orders, configured=True)))
        controller.edit()
        form = staff.presenter.changes.form
        assert form is not None
        assert ("subscriptions" in form.values()) is asked
        staff.presenter.changes.close()


def test_two_subscriptions_to_one_plan_are_named_once(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:write", "memberships:read")
    staff.open_customer()
    orders = (order(), order(id=UUID(int=81)), order(id=UUID(int=82), plan="Pool"))
    controller = staff.pages.customer
    controller.show(CustomerSheet(profile(), billing=ProfileBilling(orders, configured=True)))
    controller.edit()
    form = staff.presenter.changes.form
    assert form is not None
    shown = [each.text() for each in form.findChildren(QLabel)]
    assert "A subscription goes on charging: Gold Membership, Pool. If blocked:" in shown


def test_the_refusal_is_said_in_the_language_of_the_desk(qtbot: QtBot) -> None:
    class Undecided:
        def change_customer(self, *_: Any, **__: Any) -> Any:
            raise Refused(Problem(title="no", status=409, code="subscriptions_undecided"))

    _, filled = customer_form(Texts("de"), profile(), ("Gold",))
    with pytest.raises(Refused) as refused:
        filled({**NAMES, "state": "banned", "subscriptions": ""})(Undecided(), "once")  # type: ignore[arg-type]
    assert "Abo " in refused.value.problem.title


FLAGS: dict[str, tuple[dict[str, Any], str | None]] = {
    "blocked": ({"trouble_kind": OrderTrouble.PAID_BY_BANNED}, "bezahlt, obwohl gesperrt"),
    "erased": ({"trouble_kind": OrderTrouble.PAID_BY_ERASED}, "nach der Löschung bezahlt"),
    "twice": ({"trouble_kind": OrderTrouble.PAID_TWICE}, "obwohl schon ein Abo läuft"),
    "refunded": ({"trouble_kind": OrderTrouble.REFUNDED}, "erstattet und nicht gewährt"),
    "disputed": ({"trouble_kind": OrderTrouble.DISPUTED}, "von der Bank angefochten"),
    "not granted": ({"trouble_kind": OrderTrouble.NOT_GRANTED}, "nicht gewährt"),
    "lost": ({"trouble_kind": OrderTrouble.UNKNOWN_TO_PROVIDER}, "Stripe kennt das nicht"),
    "of an older service": ({}, "nicht gewährt"),
    "settled": ({"trouble_kind": OrderTrouble.PAID_BY_BANNED, "settled_at": NOON}, None),
    "nothing": ({"trouble": None}, None),
}


@pytest.mark.parametrize("name", FLAGS)
def test_payments_to_look_at_are_on_the_profile(name: str) -> None:
    changes, expected = FLAGS[name]
    shown = order(**{"trouble": "Paid.", **changes})
    words = customer_words(profile(), None, Texts("de"), "UTC", [shown])
    assert len(words.flags) == (expected is not None)
    for flag in words.flags:
        assert str(expected) in flag.title
        assert "49,00" in flag.title
        assert ("Stripe" in flag.below) is (name != "refunded")


def test_a_payment_is_settled_from_the_profile(qtbot: QtBot, qapp: QApplication) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:read", "memberships:read", "memberships:write")
    staff.open_customer()
    shown = order(trouble="Paid.", trouble_kind=OrderTrouble.PAID_BY_BANNED)
    controller = staff.pages.customer
    controller.show(CustomerSheet(profile(), billing=ProfileBilling((shown,), configured=True)))
    (line,) = controller.page.flag_lines
    line.buttons[0].click()
    form = staff.presenter.changes.form
    assert form is not None
    assert AMARA.name in form.about
    form.submit.click()
    assert staff.asked()[-1] == ("settle_order", (UUID(int=ORDER.int),))


@pytest.mark.parametrize("answer", ["ended", "kept"])
def test_a_full_refund_is_decided_from_the_profile(
    qtbot: QtBot, qapp: QApplication, answer: str
) -> None:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("customers:read", "memberships:read", "memberships:write")
    staff.open_customer()
    shown = order(refunded_invoice="in_1")
    controller = staff.pages.customer
    controller.show(CustomerSheet(profile(), billing=ProfileBilling((shown,), configured=True)))
    (line,) = controller.page.flag_lines
    line.buttons[0].click()
    form = staff.presenter.changes.form
    assert form is not None
    assert form.final
    choice = form.field("membership")
    assert isinstance(choice, QComboBox)
    choice.setCurrentIndex(choice.findData(answer))
    form.submit.click()
    assert staff.asked()[-1] == ("answer_refund", ("in_1", RefundAnswer(answer)))
