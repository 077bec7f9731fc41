"""What the desk sets for receipts: the club's address, tax number and rate, and a plan's rate."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from api_client.errors import Refused
from api_client.messages.organization import OrganizationSettings
from kiosk.application import load_fonts
from kiosk.staff.forms.plan import plan_form
from kiosk.staff.forms.receipts import receipts_form
from kiosk.texts import Texts
from tests.kiosk.staff.messages import plans
from tests.kiosk.staff.staff_desk import Recorder

DE = Texts("de")
CLUB = OrganizationSettings(
    numbers_prove=False, address="Am Ufer 1\n10115 Berlin", tax_number="", tax_millipercent=7_700
)
TYPED = {"address": "Am See 2", "tax_number": "DE123456789", "tax": "8,875"}
PLAN = {
    "name": "Gold", "description": "", "price": "49", "permissions": "", "public": False,
    "billing_unit": "none", "billing_count": "1", "length_unit": "none", "length_count": "1",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fonts(qapp: QApplication) -> None:
    load_fonts()


def test_the_club_s_receipts_are_shown_and_sent() -> None:
    form, filled = receipts_form(DE, CLUB)
    assert form.values() == {"address": CLUB.address, "tax_number": "", "tax": "7,7"}
    client = Recorder()
    filled(TYPED)(client, "once")  # type: ignore[arg-type]
    ((name, (fields, once)),) = client.asked
    assert (name, once) == ("change_organization", "once")
    assert fields == {
        "address": "Am See 2",
        "tax_number": "DE123456789",
        "tax_millipercent": 8_875,
    }
    with pytest.raises(Refused, match="kein Steuersatz"):
        filled({**TYPED, "tax": "viel"})(client, "once")  # type: ignore[arg-type]
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    ("typed", "sent"), [("", None), ("0", 0), ("19 %", 19_000)], ids=["the club's", "none", "own"]
)
def test_a_plan_has_the_clubs_rate_or_its_own(typed: str, sent: int | None) -> None:
    plan = plans().items[0].model_copy(update={"tax_millipercent": 7_000})
    for present in (None, plan):
        form, filled = plan_form(DE, present, "EUR")
        assert form.values()["tax"] == ("" if present is None else "7")
        client = Recorder()
        values: dict[str, Any] = {**PLAN, "archived": False, "tax": typed}
        filled(values)(client, "once")  # type: ignore[arg-type]
        ((name, (_, fields, *_rest)),) = client.asked
        assert (name, fields.get("tax_millipercent")) == ("save_plan", sent)
        # A service of before does not know the rate: it is sent only where there is one.
        assert ("tax_millipercent" in fields) == (sent is not None or present is not None)
