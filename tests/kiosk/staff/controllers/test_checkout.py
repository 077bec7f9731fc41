"""Online orders at the desk, without a service: what is asked, and what is shown meanwhile."""

from uuid import UUID

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from api_client.messages.billing import OrderState
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.billing import ProfileBilling
from kiosk.staff.controllers.checkout import CheckoutSheet
from kiosk.staff.controllers.company import CompanySheet
from kiosk.staff.controllers.customer import CustomerSheet
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.worker import failure_of_task
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.billing_messages import (
    ORDER,
    PAID_UNTIL,
    URL,
    link,
    opened,
    order,
)
from tests.kiosk.staff.controllers.test_subscription import AMARAS, open_file
from tests.kiosk.staff.messages import NORTHWIND, company, plan, plans, profile
from tests.kiosk.staff.staff_desk import Staff


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("memberships:read", "memberships:write")
    return staff


def open_checkout(staff: Staff) -> None:
    """Order Gold for Amara, and open its page."""
    open_file(staff, ProfileBilling((), configured=True))
    button = staff.pages.customer.page.order_button
    assert button is not None
    button.click()
    staff.presenter.on_done(staff.tasks[-1], plans())
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [
        ("order_online", (AMARAS, str(plan().id), staff.tasks[-1].once, False))
    ]
    staff.presenter.on_done(staff.tasks[-1], link())
    assert staff.asked()[0] == ("order", (ORDER,))
    staff.presenter.on_done(staff.tasks[-1], CheckoutSheet(opened(), "Amara Okafor", link()))


def watch_of(staff: Staff) -> QTimer:
    """What looks after an order that is open."""
    return staff.pages.checkout.watch


def test_who_signs_out_leaves_no_address_behind(staff: Staff) -> None:
    open_checkout(staff)
    staff.presenter.sign_out()
    assert not watch_of(staff).isActive()
    assert staff.pages.checkout._links == {}


def test_an_order_is_shown_until_it_is_paid(staff: Staff, qapp: QApplication) -> None:
    staff.window.show()
    open_checkout(staff)
    page, watch = staff.pages.checkout.page, watch_of(staff)
    assert staff.panel.page is page
    assert page.qr.text == URL
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == URL
    assert (page.copy_button.text(), page.progress.text()) == (
        "Copied",
        "Waiting for the payment …",
    )
    assert watch.isActive()
    watch.timeout.emit()
    assert staff.asked() == [("refresh_order", (ORDER,))]
    watch.stop()
    staff.presenter.on_failed(staff.tasks[-1], Failure(Cause.TOO_SLOW, ""))
    assert page.message.text() == "The membership service did not answer in time."
    assert watch.isActive()
    watch.stop()
    staff.presenter.on_done(staff.tasks[-1], opened())
    assert page.message.isHidden()
    assert (watch.isActive(), page.copy_button.text()) == (True, "Copied")
    watch.stop()
    staff.presenter.on_done(staff.tasks[-1], order())
    assert (page.state.text(), page.qr.text) == ("Paid", "")
    assert page.qr.isHidden()
    assert page.copy_button.isHidden()
    assert not watch.isActive()
    page.back_button.click()
    assert staff.asked()[0] == ("customer", (AMARA.id,))


def test_an_order_is_not_watched_once_something_else_is_in_front(staff: Staff) -> None:
    open_checkout(staff)
    watch, before = watch_of(staff), len(staff.tasks)
    assert not staff.pages.checkout.page.isVisible()  # the window is not shown at all
    watch.timeout.emit()
    assert len(staff.tasks) == before
    staff.presenter.back()
    assert not watch.isActive()
    staff.presenter.on_done(
        staff.tasks[-1], CustomerSheet(profile(), None, ProfileBilling((), configured=True))
    )
    assert staff.panel.page is staff.pages.customer.page


@pytest.mark.parametrize("state", [OrderState.EXPIRED, OrderState.FAILED])
def test_an_order_that_is_over_is_watched_no_more(staff: Staff, state: OrderState) -> None:
    open_checkout(staff)
    watch_of(staff).stop()
    sheet = CheckoutSheet(opened(state=state), "Amara Okafor", link())
    staff.pages.checkout.show(sheet)
    assert not watch_of(staff).isActive()
    assert staff.pages.checkout.page.qr.isHidden()


def test_a_plan_that_costs_nothing_is_not_ordered(staff: Staff) -> None:
    open_file(staff, ProfileBilling((), configured=True))
    staff.pages.customer.act(Action.ORDER, None)
    gone = plan(id=UUID(int=52), archived_at=PAID_UNTIL)
    staff.presenter.on_done(staff.tasks[-1], plans(plan(price_minor=0), gone))
    form = staff.presenter.changes.form
    assert form is not None
    assert form.failure.text() == "No plan with a price is on sale."
    assert not form.submit.isEnabled()
    choice = form.field("plan_id")
    assert isinstance(choice, QComboBox)
    assert choice.count() == 0


def test_a_company_is_billed_at_its_billing_contact(staff: Staff) -> None:
    staff.presenter.open(Place("company", NORTHWIND))
    view, people = company(billing_name="Accounts", billing_email="pay@northwind.example")
    owner = {"company_id": str(NORTHWIND)}
    decides = order(customer_id=None, company_id=NORTHWIND, membership_id=UUID(int=70))
    billing = ProfileBilling((decides,), configured=True)
    assert ("orders_of", (owner, None)) in staff.asked()
    staff.presenter.on_done(staff.tasks[-1], CompanySheet(view, people, billing))
    page = staff.pages.company.page
    assert set(page.cards[0].buttons) == {Action.SUBSCRIPTION, Action.PAY, Action.PAYMENTS}
    assert page.order_button is not None
    page.order_button.click()
    staff.presenter.on_done(staff.tasks[-1], plans())
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [("order_online", (owner, str(plan().id), staff.tasks[-1].once, False))]
    refused = Problem(title="The plan Gold costs nothing.", status=409, code="plan_is_free")
    staff.presenter.on_failed(staff.tasks[-1], failure_of_task(Refused(refused)))
    assert "costs nothing" in form.failure.text()


def test_a_look_at_the_order_wipes_no_other_message(staff: Staff) -> None:
    open_checkout(staff)
    page, watch = staff.pages.checkout.page, watch_of(staff)
    page.show_failure("The receipt could not be opened")
    staff.window.show()
    staff.presenter.bring_up()
    watch.timeout.emit()
    watch.stop()
    staff.presenter.on_done(staff.tasks[-1], opened())
    assert page.message.text() == "The receipt could not be opened"
