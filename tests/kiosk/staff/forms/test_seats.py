"""The form of who takes a seat of a company."""

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.seats import seats_form
from kiosk.texts import Texts


class Client:
    """A client that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def organization(self) -> OrganizationSettings:
        """What is there now."""
        raise AssertionError("nobody else has changed it")

    def change_organization(self, *given: Any, **state: str) -> OrganizationSettings:
        """Keep it."""
        self.sent.append((*given, state))
        return OrganizationSettings(all_take_seats=True)


@pytest.mark.parametrize("before", [False, True], ids=["may come", "all"])
def test_it_shows_and_sends_the_choice(qtbot: QtBot, *, before: bool) -> None:
    settings = OrganizationSettings(all_take_seats=before)
    settings.received('"seen"')
    form, filled = seats_form(Texts("de"), settings)
    qtbot.addWidget(form)
    assert form.values()["all_take_seats"] == ("on" if before else "off")
    client = Client()
    filled({"all_take_seats": "off" if before else "on"})(client, "once")  # type: ignore[arg-type]
    assert client.sent == [({"all_take_seats": not before}, "once", {"if_match": '"seen"'})]
