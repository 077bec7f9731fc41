"""Staff open the online signup, count the till and connect Stripe: real window, service, HTTP."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.staff.pages.parts import Action
from kiosk.staff.pages.sale import SaleForm
from kiosk.wedge import Reading
from tests.demo_club import RunningService, start_service, stop_service
from tests.fakes.stripe_server import StripeServer

from .desk import Desk, desk
from .films import cards
from .hands import said
from .test_management import AtWork, Printer

PUBLIC = "https://members.club.example"
KEYS = {
    "keys": [
        {"kty": "OKP", "crv": "Ed25519", "kid": "site-2027",
         "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
    ]
}  # fmt: skip


@pytest.fixture
def service(demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningService]:
    """A service with a public address and the demo club."""
    monkeypatch.setenv("WALLETDESK_PUBLIC_URL", PUBLIC)
    running = start_service(demo_data)
    yield running
    stop_service(running)


def signed_in(at: Desk) -> AtWork:
    """Greta, at the first page."""
    at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
    work = AtWork(at)
    work.make_first_account()
    return work


def test_the_signup_is_opened_for_a_site_and_its_keys_are_accepted(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        work = signed_in(at)
        page = work.pages.signup.page
        at.window.rail.buttons["website"].click()
        at.wait_until(lambda: work.panel.page is page)
        assert not page.switch.isChecked()
        assert page.address.text.toPlainText() == f"{PUBLIC}/join/lakeside-club"
        assert f'src="{PUBLIC}/join/lakeside-club/embed.js"' in page.snippet.text.toPlainText()

        page.switch.setChecked(True)
        page.sites.setPlainText("https://www.club.example\nhttp://shop.example")
        page.colours["accent"].set_colour("7a1f5c")
        page.addresses["terms_url"].setText("club.example/terms")
        page.save_button.click()
        at.wait_until(lambda: page.progress.text() == "Not saved.")
        shown = {name: told.text() for name, told in page.failures.items() if told.text()}
        assert shown == {
            "allowed_origins": "http://shop.example: must begin with https://",
            "accent": "Enter a colour such as #00695c.",
            "terms_url": "Enter an address that begins with https://, or nothing.",
        }
        assert requests.get(f"{service.url}/join/lakeside-club", timeout=10).status_code == 404

        page.sites.setPlainText("https://WWW.club.example/")
        page.colours["accent"].set_colour("#7a1f5c")
        page.addresses["terms_url"].setText("https://club.example/terms")
        page.save_button.click()
        at.wait_until(lambda: page.progress.text() == "Saved.")
        assert page.sites.toPlainText() == "https://www.club.example"
        assert page.failures["accent"].isHidden()
        public = requests.get(f"{service.url}/join/lakeside-club", timeout=10)
        assert public.status_code == 200
        assert "frame-ancestors https://www.club.example" in public.headers[
            "Content-Security-Policy"
        ]  # fmt: skip
        assert "#7a1f5c" in public.text

        page.keys.paste_button.click()
        form = work.send(jwks='{"keys": [{"kty": "OKP", "kid": "x"}]}')
        assert "Only Ed25519 keys" in said(form)
        pasted = form.field("jwks")
        assert isinstance(pasted, QPlainTextEdit)
        pasted.setPlainText(json.dumps(KEYS))
        form.submit.click()
        at.wait_until(lambda: "site-2027" in page.keys.revoke_buttons)
        page.keys.revoke_buttons["site-2027"].click()
        work.fill()
        at.wait_until(lambda: page.keys.revoke_buttons == {})
        assert page.progress.text() == "Saved."


def test_payments_are_counted_voided_and_their_receipts_opened_again(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    printer = Printer()
    with desk(qtbot, film, ServiceAddress(service.url, service.key), disk=printer) as at:
        work = signed_in(at)
        at.kiosk.session.on_hand_scanned(Reading("C-000001", ""))
        at.wait_for(1)
        work.management.open_person()
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)
        for number, (method, amount) in enumerate((("Cash", "20"), ("Card terminal", "12.50")), 1):
            work.act(Action.PAY)
            sheet = work.form()
            assert isinstance(sheet, SaleForm)
            sheet.field("other").click()  # type: ignore[attr-defined]
            work.fill(method=method, amount=amount, note="as agreed")
            at.wait_until(lambda count=number: len(printer.printed) == count)
            at.wait_until(lambda: work.panel.page is work.pages.customer.page)

        page = work.pages.payment.page
        work.act(Action.PAYMENTS)
        at.wait_until(lambda: work.panel.page is page)
        assert list(page.lines) == ["R-000002", "R-000001"]
        page.receipt_buttons["R-000001"].click()
        at.wait_until(lambda: work.management.changes.asking)
        work.form().submit.click()
        at.wait_until(lambda: len(printer.printed) == 3)
        assert printer.printed[-1][0] == "R-000001.pdf"
        page.mail_buttons["R-000001"].click()
        at.wait_until(lambda: page.mail_buttons["R-000001"].text() == "Mailed")
        assert page.note.text() == "R-000001 goes to amara.okafor@example.com."

        page.void_buttons["R-000002"].click()
        work.fill(why="typed twice")
        at.wait_until(lambda: list(page.void_buttons) == ["R-000001"])
        assert len(printer.printed) == 3
        work.management.back()
        at.wait_until(lambda: work.panel.page is work.pages.customer.page)
        work.management.back()

        work.management.open_home()
        at.wait_until(lambda: work.panel.page is work.pages.members.page)
        at.window.rail.buttons["payments"].click()
        at.wait_until(lambda: work.panel.page is page)
        assert page.title.text() == "Payments at the desk"
        assert list(page.sums) == [("cash", "one payment", "€20.00")]
        today = page.first.day
        assert today is not None
        page.first.set_day(today - timedelta(days=400))
        page.last.set_day(today - timedelta(days=399))
        at.wait_until(lambda: page.lines == {})
        assert list(page.sums) == []
        assert page.message.isHidden()


def test_a_stripe_account_is_connected_and_disconnected(
    qtbot: QtBot, tmp_path: Path, paid_service: RunningService, stripe: StripeServer
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(paid_service.url, paid_service.key)) as at:
        work = signed_in(at)
        page = work.pages.stripe.page
        work.pages.settings.page.stripe_button.click()
        at.wait_until(lambda: work.panel.page is page)
        assert page.state.text() == "Not connected"
        hook = f"{PUBLIC}/v1/billing/stripe/lakeside-club/webhook"
        assert page.webhook.text.toPlainText() == hook

        page.connect_button.click()
        form = work.send(secret_key="pk_live_1", webhook_secret=stripe.webhook_secret)
        assert "is not a secret key" in said(form)
        assert "pk_live_1" not in said(form)
        work.fill(secret_key=stripe.secret_key, grace_days="14")
        at.wait_until(lambda: page.state.text() == "Test mode")
        assert page.words is not None
        facts = dict(page.words.facts)
        assert facts["Account"].startswith("acct_")
        assert stripe.secret_key.endswith(facts["Secret key"].lstrip("…"))
        assert facts["Grace period"] == "14 days"

        page.disconnect_button.click()
        work.fill()
        at.wait_until(lambda: page.state.text() == "Not connected")
