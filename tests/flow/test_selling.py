"""Selling with the real service, window, keys and mouse; every action is counted."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from api_client.management import ManagementClient
from api_client.messages.payments import PaymentView
from api_client.messages.scan import Status
from kiosk.app import ServiceAddress
from kiosk.staff.page import Place
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.sale import SaleForm
from tests.demo_club import RunningService

from .desk import Desk, desk
from .films import cards
from .hands import Hands
from .test_management import AtWork, Printer, service

__all__ = ["service"]


class Counted(Hands):
    """Hands that count: a field filled in, a choice made, a button pressed are one action each."""

    def __init__(self, at: Desk) -> None:
        super().__init__(at)
        self.actions = 0

    def act(self, widget: object, text: str = "") -> None:
        """Fill in a field, or click a button."""
        self.actions += 1
        if text:
            self.type_over(widget, text)  # type: ignore[arg-type]
        else:
            self.click(widget)  # type: ignore[arg-type]

    def sheet(self) -> SaleForm:
        """Wait for the sheet of a sale that can be sent."""
        form = self.form()
        assert isinstance(form, SaleForm)
        self.at.wait_until(form.submit.isEnabled)
        return form


def paid_by(client: ManagementClient, customer: str) -> list[PaymentView]:
    """The payments of the first membership of somebody."""
    (hit,) = client.search_customers(customer).items
    held = client.customer(hit.customer.id).memberships
    return [each for one in held for each in client.payments_of(one.id).items]


def test_a_new_member_cash_with_change_and_undo(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film, printer = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1), Printer()
    address = ServiceAddress(service.url, service.key)
    with desk(qtbot, film, address, disk=printer) as at:
        at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
        with qtbot.waitActive(at.window):
            at.window.activateWindow()
        work, hands = AtWork(at), Counted(at)
        work.make_first_account()
        client = ManagementClient(service.url, work.management.session.token)

        hands.act(work.pages.members.page.member_button)
        sheet = hands.sheet()
        hands.act(sheet.field("given_name"), "Bela")
        hands.act(sheet.field("family_name"), "Kovács")
        hands.act(sheet.field("email"), "bela@example.com")
        hands.act(sheet.field("plan_id"), "Standard")
        hands.act(sheet.field("card"), "Show the QR code")
        at.wait_until(sheet.submit.isEnabled)
        due = sheet.quote.amount.text()
        assert sheet.submit.text() == f"Take {due} in cash"
        hands.act(sheet.submit)
        at.wait_until(lambda: work.panel.page is work.pages.card.page)
        assert hands.actions == 7
        at.wait_until(lambda: [name for name, _ in printer.printed] == ["R-000001.pdf"])
        (payment,) = paid_by(client, "bela@example.com")
        assert payment.receipt_number == "R-000001"
        (hit,) = client.search_customers("bela@example.com").items
        (card,) = client.cards_of(hit.customer.id).items
        assert card.revoked_at is None
        at.wait_until(lambda: work.panel.page is work.pages.card.page)
        assert work.panel.toast.undoes

        hands.click(work.panel.toast.undo_button)
        at.wait_until(lambda: work.panel.toast.words.text() == "Undone. The person stays.")
        (payment,) = paid_by(client, "bela@example.com")
        assert payment.voided_at is not None
        (held,) = client.customer(hit.customer.id).memberships
        assert held.status is Status.EXPIRED

        (amara,) = client.search_customers("C-000001").items
        work.management.open(Place("customer", amara.customer.id))
        at.wait_until(lambda: work.pages.customer.page.title.text() == "Amara Okafor")
        hands.actions = 0
        hands.actions += 1
        work.act(Action.PAY)
        sheet = hands.sheet()
        assert " back" in sheet.change.text(), "the change of what is likely to be given"
        hands.act(sheet.submit)
        at.wait_until(lambda: len(printer.printed) == 2)
        assert hands.actions == 2
        client.close()
