"""Staff let a customer pay online and look after the subscription: window, service, fake Stripe."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.staff.pages.parts import Action
from tests.demo_club import RunningService
from tests.fakes.stripe_server import StripeServer

from .desk import desk
from .films import cards
from .test_management import AtWork
from .test_signup_desk import signed_in


def connect(work: AtWork, stripe: StripeServer) -> None:
    """Connect the club's account, and sell a plan that is renewed each month."""
    work.pages.settings.page.stripe_button.click()
    page = work.pages.stripe.page
    work.at.wait_until(lambda: work.panel.page is page)
    page.connect_button.click()
    work.fill(secret_key=stripe.secret_key, webhook_secret=stripe.webhook_secret)
    work.at.wait_until(lambda: page.state.text() == "Test mode")
    work.management.back()
    work.at.wait_until(lambda: work.panel.page is work.pages.members.page)
    work.go("plans")
    work.pages.plans.page.new_button.click()
    work.fill(name="Climbing", price="49", permissions="Wall", billing_count="1",
              billing_unit="months", length_count="1", length_unit="months")  # fmt: skip
    work.go("members")


def open_new_customer(work: AtWork) -> None:
    """Make a customer, whose file opens."""
    work.pages.members.page.customer_button.click()
    work.fill(given_name="Bela", family_name="Kovács", email="bela@example.com")
    work.at.wait_until(lambda: work.pages.customer.page.title.text() == "Bela Kovács")
    work.at.wait_until(lambda: work.panel.page is work.pages.customer.page)


def test_a_plan_is_ordered_paid_cancelled_kept_and_ended(
    qtbot: QtBot, tmp_path: Path, paid_service: RunningService, stripe: StripeServer
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(paid_service.url, paid_service.key)) as at:
        work = signed_in(at)
        connect(work, stripe)
        open_new_customer(work)
        file, checkout, page = (
            work.pages.customer.page,
            work.pages.checkout.page,
            work.pages.subscription.page,
        )
        assert file.order_button is not None
        file.order_button.click()
        work.fill(plan_id="Climbing")
        at.wait_until(lambda: work.panel.page is checkout)
        (session,) = stripe.ledger.all("checkout.session")
        assert checkout.qr.text == session["url"]
        assert checkout.payer.text().startswith("€49.00 · Bela Kovács · C-")
        assert checkout.state.text() == "Not paid yet"

        stripe.pay(session["id"])
        at.wait_until(lambda: checkout.state.text() == "Paid")
        assert checkout.qr.isHidden()
        checkout.back_button.click()
        at.wait_until(lambda: work.statuses() == [("Climbing", "active")])
        card = file.cards[0]
        assert card.line.billing == "Paid through Stripe, renews automatically."
        assert set(card.buttons) == {Action.SUBSCRIPTION, Action.PAY, Action.PAYMENTS}

        work.act(Action.SUBSCRIPTION)
        at.wait_until(lambda: work.panel.page is page)
        assert (page.state.text(), len(page.lines)) == ("Active", 1)
        page.buttons[Action.CANCEL].click()
        work.fill()
        at.wait_until(lambda: page.state.text() == "Not renewed")
        page.buttons[Action.KEEP].click()
        work.fill()
        at.wait_until(lambda: page.state.text() == "Active")

        (subscription,) = stripe.ledger.all("subscription")
        stripe.cancel(subscription["id"], at_period_end=True)  # by the customer, at Stripe
        page.buttons[Action.REFRESH].click()
        at.wait_until(lambda: page.progress.text() == "Checked just now.")
        assert page.state.text() == "Not renewed"

        page.buttons[Action.END].click()
        work.fill()
        at.wait_until(lambda: page.state.text() == "Ended")
        assert page.buttons[Action.KEEP].isHidden()
        work.management.back()
        at.wait_until(lambda: work.statuses() == [("Climbing", "expired")])
        assert Action.SUBSCRIPTION not in file.cards[0].buttons
