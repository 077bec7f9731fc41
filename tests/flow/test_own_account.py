"""API keys and one's own password at the desk: real window, service and HTTP."""

import json
from collections.abc import Callable
from pathlib import Path

import requests
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.staff.page import ACCOUNT
from tests.demo_club import RunningService

from .desk import Desk, desk
from .films import cards
from .hands import said
from .proxy import Fault, Proxy, proxy
from .test_management import PASSWORD, AtWork, service

__all__ = ["service"]

NEW, NEWEST = "five loud magpies", "six shy swallows"


def works(running: RunningService, key: str) -> bool:
    """Whether a key is taken."""
    headers = {"Authorization": f"Bearer {key}"}
    status = requests.get(f"{running.url}/v1/desk", headers=headers, timeout=10).status_code
    assert status in {200, 401}
    return status == 200


def post(path: str) -> Callable[[str, str], bool]:
    """A rule that a change at ``path`` fits."""
    return lambda method, asked: (method, asked) == ("POST", path)


def shown_tokens(between: Proxy) -> list[str]:
    """The device tokens of all sign-ins so far; empty for one without."""
    fits = post("/v1/staff/sessions")
    bodies = [json.loads(each.body) for each in between.seen if fits(each.method, each.path)]
    return [body.get("device_token", "") for body in bodies]


def test_a_key_is_made_used_and_revoked_and_the_password_changed(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with proxy(service.url) as between:
        address = ServiceAddress(between.url, service.key)
        with desk(qtbot, film, address, state_dir=tmp_path / "state") as at:
            work = AtWork(at)
            work.make_first_account()
            make_and_revoke_a_key(at, work, service, between)
            change_the_password(at, work, between)
        # A desk that starts again shows the service by what it knows it.
        with desk(qtbot, film, address, state_dir=tmp_path / "state") as at:
            at.wait_until(lambda: at.window.bar.club.text == "Lakeside Club · Demo")
            work = AtWork(at)
            work.management.open_home()
            page = work.panel.sign_in
            page.email.setText("greta@club.example")
            page.password.setText(NEWEST)
            page.submit.click()
            at.wait_until(lambda: work.panel.page is work.pages.members.page)
        (token,) = shown_tokens(between)
        assert token.startswith("md_")
        assert token in (tmp_path / "state" / "desk-token.json").read_text()


def make_and_revoke_a_key(at: Desk, work: AtWork, service: RunningService, between: Proxy) -> None:
    """Make a key whose first answer is lost; one is left, which works until it is revoked."""
    work.pages.settings.page.keys_button.click()
    page = work.pages.api_keys.page
    at.wait_until(lambda: work.panel.page is page)
    before = set(page.revoke_buttons)
    page.new_button.click()
    form = work.form()
    form.field("purpose").choose("desk")  # type: ignore[attr-defined]
    between.fail_next(Fault.ANSWER_LOST, post("/v1/keys"))
    form = work.send(name="Secnd desk")
    assert "not known whether" in said(form)
    work.fill(name="Second desk")
    made = page.made.text.toPlainText()
    at.wait_until(lambda: len(page.revoke_buttons) == len(before) + 1)
    assert page.made.text.toPlainText() == made
    assert works(service, made)

    (fresh,) = set(page.revoke_buttons) - before
    page.revoke_buttons[fresh].click()
    work.send()
    at.wait_until(lambda: set(page.revoke_buttons) == before)
    assert not works(service, made)


def change_the_password(at: Desk, work: AtWork, between: Proxy) -> None:
    """Change the password to ``NEW``, whose answer is lost, and then to ``NEWEST``."""
    work.management.open(ACCOUNT)
    account = work.pages.account.page
    at.wait_until(lambda: work.panel.page is account)
    account.password_button.click()
    form = work.send(current=NEWEST, new=NEW, again=NEW)
    assert "not your current password" in said(form)
    work.send(current=PASSWORD, new="Password2026", again="Password2026")
    at.wait_until(lambda: "easy to guess" in said(form))
    between.fail_next(Fault.ANSWER_LOST, post("/v1/staff/me/password"))
    work.send(current=PASSWORD, new=NEW, again=NEW)
    at.wait_until(lambda: "not known whether" in said(form))
    work.send()
    at.wait_until(lambda: "an earlier try" in said(form))
    work.send(current=NEW, new=NEWEST, again=NEWEST)
    at.wait_until(lambda: "Your password is changed" in account.hint.text())

    # The demand needs a second factor of one's own first.
    account.demand_button.click()
    work.form().field("demanded").setChecked(True)  # type: ignore[attr-defined]
    refused = work.send()
    assert "your own second factor first" in said(refused)
