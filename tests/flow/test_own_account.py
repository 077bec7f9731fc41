"""API keys and one's own password at the desk: real window, service and HTTP."""

from pathlib import Path

import requests
from pytestqt.qtbot import QtBot

from kiosk.app import ServiceAddress
from kiosk.staff.page import ACCOUNT
from tests.demo_club import RunningService

from .desk import desk
from .films import cards
from .test_management import PASSWORD, AtWork, service

__all__ = ["service"]

NEW = "five loud magpies"


def works(running: RunningService, key: str) -> bool:
    """Whether a key is taken."""
    headers = {"Authorization": f"Bearer {key}"}
    status = requests.get(f"{running.url}/v1/desk", headers=headers, timeout=10).status_code
    assert status in {200, 401}
    return status == 200


def test_a_key_is_made_used_and_revoked_and_the_password_changed(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = cards(tmp_path / "none.avi", seen_s=0.1, gap_s=0.1)
    with desk(qtbot, film, ServiceAddress(service.url, service.key)) as at:
        work = AtWork(at)
        work.make_first_account()
        work.pages.home.page.keys_button.click()
        page = work.pages.api_keys.page
        at.wait_until(lambda: work.panel.page is page)
        before = set(page.revoke_buttons)
        page.new_button.click()
        form = work.form()
        form.field("purpose").choose("desk")  # type: ignore[attr-defined]
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

        work.management.open(ACCOUNT)
        account = work.pages.account.page
        at.wait_until(lambda: work.panel.page is account)
        account.password_button.click()
        refused = work.send(current="six shy swallows", new=NEW, again=NEW)
        assert "not your present password" in refused.failure.text()
        refused = work.send(current=PASSWORD, new="Password2026", again="Password2026")
        at.wait_until(lambda: "too easy to guess" in refused.failure.text())
        work.send(current=PASSWORD, new=NEW, again=NEW)
        at.wait_until(lambda: "Your password is changed" in account.hint.text())

        # The demand needs a second factor of one's own first.
        account.demand_button.click()
        work.form().field("demanded").setChecked(True)  # type: ignore[attr-defined]
        refused = work.send()
        assert "your own second factor first" in refused.failure.text()
