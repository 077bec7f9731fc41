"""Two files of one payer are merged at the desk, and erased: window, service, fake Stripe."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from api_client.management import ManagementClient
from kiosk.app import ServiceAddress
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.page import Place
from tests.demo_club import RunningService
from tests.fakes.stripe_server import StripeServer

from .desk import desk
from .films import cards
from .hands import Hands, said
from .test_management import PASSWORD
from .test_signup_desk import signed_in


class Club:
    """A club that sells subscriptions, as its manager sees it."""

    def __init__(self, client: ManagementClient, stripe: StripeServer) -> None:
        self.client, self.stripe = client, stripe
        keys = {"secret_key": stripe.secret_key, "webhook_secret": stripe.webhook_secret}
        client.connect_stripe(keys)
        month = {"unit": "month", "count": 1}
        plan = {"price_minor": 4900, "currency": "EUR", "billing": month, "length": month}
        self.plans = {
            name: client.save_plan(None, {**plan, "name": name}, str(uuid4())).id
            for name in ("Climbing", "Bouldering")
        }

    def payer(self, plan: str, **fields: Any) -> tuple[UUID, str, UUID]:
        """Somebody who pays for a plan each month: id, number, order."""
        customer = self.client.create_customer({"family_name": "Kovács", **fields}, str(uuid4()))
        who = customer.customer
        owner = {"customer_id": str(who.id)}
        link = self.client.order_online(owner, str(self.plans[plan]), str(uuid4()))
        (session,) = [
            each for each in self.stripe.ledger.all("checkout.session") if each["url"] == link.url
        ]
        self.stripe.pay(session["id"])
        assert self.client.refresh_order(link.order_id).membership_id is not None
        return who.id, who.number, link.order_id


def deleted_at(stripe: StripeServer) -> set[str]:
    """Ids of the customers that were deleted at Stripe."""
    return {each["id"] for each in stripe.ledger.all("customer") if each.get("deleted")}


def texts_of(widget: QWidget) -> str:
    """All texts on a part of the window."""
    return "\n".join(each.text() for each in widget.findChildren(QLabel))


def test_two_files_of_a_payer_become_one_and_are_erased(
    qtbot: QtBot, tmp_path: Path, paid_service: RunningService, stripe: StripeServer
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(paid_service.url, paid_service.key)) as at:
        work, hands = signed_in(at), Hands(at)
        at_desk = ManagementClient(paid_service.url, paid_service.key, deadline_s=10)
        token = at_desk.sign_in("lakeside-club", "greta@club.example", PASSWORD).token
        client = ManagementClient(paid_service.url, token, deadline_s=10)
        club = Club(client, stripe)
        born = {"birth_date": "1990-05-17", "phone": "+49301234567"}
        stays, number, kept = club.payer("Climbing", given_name="Béla", email="b@example.com")
        goes, other, ended = club.payer("Bouldering", given_name="Bela", **born)
        profile, page = work.pages.customer.page, work.pages.merge.page

        def open_file() -> None:
            work.management.open(Place(CUSTOMER, stays))
            work.management.bring_up()
            at.wait_until(lambda: work.panel.page is profile)

        open_file()
        assert profile.merge_button is not None
        profile.merge_button.click()
        at.wait_until(lambda: work.panel.page is page)
        hands.type_over(page.finder.search, number)
        hands.press(Qt.Key.Key_Return)
        at.wait_until(lambda: "Nobody found" in texts_of(page.finder))
        hands.type_over(page.finder.search, other)
        hands.press(Qt.Key.Key_Return)
        at.wait_until(lambda: page.goes is not None)
        assert page.stays is not None
        assert page.goes is not None
        assert (page.stays.words.number, page.goes.words.number) == (number, other)
        assert ("Born", "May 17, 1990") in page.goes.words.facts
        assert page.goes.words.memberships[0].startswith("Bouldering · active")
        assert page.stays.words.subscriptions[0].startswith("Climbing, €49.00 · paid until ")
        page.swap_button.click()
        assert page.stays.words.number == other
        page.swap_button.click()
        assert "Not kept: Given name: Bela." in texts_of(page)
        assert "What becomes of the subscriptions is asked next." in texts_of(page)

        hands.click(page.merge_button)
        form = work.form()
        assert form.final
        assert form.about == f"Bela Kovács · {other} goes into Béla Kovács · {number}"
        assert form.focusWidget() is form.cancel
        hands.click(form.submit)
        at.wait_until(lambda: "Choose what happens to each subscription" in said(form))
        assert client.customer(goes).customer.number == other
        for order, words in ((kept, "charges on"), (ended, "ends with what is paid")):
            hands.type_over(form.field(f"order_{order}"), words)
        hands.click(form.submit)
        at.wait_until(lambda: work.panel.page is profile)
        at.wait_until(lambda: len(profile.cards) == 2)
        assert client.customer(goes).customer.number == number
        assert {line for line, _ in work.statuses()} == {"Climbing", "Bouldering"}

        at.wait_until(
            lambda: (
                client.refresh_order(ended).cancels_at is not None
                and client.refresh_order(kept).cancels_at is None
            )
        )

        # The subscription decides, so nothing can be erased; afterwards it can.
        open_file()
        assert profile.erase_button is not None
        profile.erase_button.click()
        form = work.form()
        assert "A subscription still runs: Climbing, Bouldering." in said(form)
        assert not form.submit.isEnabled()
        hands.click(form.cancel)
        for order in (kept, ended):
            client.cancel_order(order, "now", str(uuid4()))
        profile.erase_button.click()
        form = work.form()
        known = client.payer(stays).provider_ids
        assert len(known) == 2
        assert f"Stripe knows this customer as {', '.join(known)}" in texts_of(form)
        assert form.about == f"Béla Kovács · {number}"
        assert form.final
        hands.type_over(form.field("confirm"), number)
        hands.click(form.submit)
        at.wait_until(lambda: "what happens to the customer at Stripe" in said(form))
        hands.type_over(form.field("provider"), "delete the customer there too")
        hands.type_over(form.field("confirm"), "C-999999")
        hands.click(form.submit)
        at.wait_until(lambda: "This is not the number" in said(form))
        assert client.customer(stays).customer.name == "Béla Kovács"
        hands.type_over(form.field("confirm"), number.lower())
        hands.click(form.submit)
        at.wait_until(lambda: not work.management.changes.asking)
        at.wait_until(lambda: profile.title.text() == "Erased customer")
        at.wait_until(lambda: deleted_at(stripe) >= set(known))
        client.close()
        at_desk.close()
