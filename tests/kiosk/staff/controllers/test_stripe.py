"""The page of card payments, without a service: what it says, and what is sent."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from api_client.errors import Refused
from kiosk.application import load_fonts
from kiosk.failures import Cause, Failure
from kiosk.staff.forms.stripe import stripe_fields
from kiosk.staff.words.stripe import stripe_words
from kiosk.style import Tone
from kiosk.texts import Texts
from tests.kiosk.staff.desk_messages import HOOK, stripe
from tests.kiosk.staff.staff_desk import Staff

EN, DE = Texts("en"), Texts("de")
NOTHING: dict[str, Any] = {
    "configured": False, "account": None, "livemode": None, "key_hint": None,
}  # fmt: skip


@pytest.fixture
def staff(qtbot: QtBot, qapp: QApplication) -> Staff:
    load_fonts()
    staff = Staff(qtbot)
    staff.sign_in("organization:write")
    staff.presenter.open_home()
    staff.pages.settings.page.stripe_button.click()
    assert staff.asked() == [("stripe_setup", ())]
    return staff


@pytest.mark.parametrize(
    ("changes", "status", "tone", "hint", "facts"),
    [
        ({}, "Verbunden", Tone.ACTIVE, "",
         {"Konto": "acct_1", "Geheimer Schlüssel": "…4f9c", "Nachfrist": "7 Tage"}),
        ({"livemode": False, "grace_days": 1}, "Testmodus", Tone.ATTENTION, "kein Geld",
         {"Konto": "acct_1", "Geheimer Schlüssel": "…4f9c", "Nachfrist": "ein Tag"}),
        (NOTHING, "Nicht verbunden", Tone.NO_MEMBERSHIP, "Webhook-Endpunkt", {}),
        (NOTHING | {"webhook_url": None}, "Nicht verbunden", Tone.NO_MEMBERSHIP,
         "WALLETDESK_PUBLIC_URL", {}),
    ],
)  # fmt: skip
def test_the_page_says_how_things_stand(
    changes: dict[str, Any], status: str, tone: Tone, hint: str, facts: dict[str, str]
) -> None:
    words = stripe_words(stripe(**changes), DE)
    assert (words.status, words.tone, dict(words.facts)) == (status, tone, facts)
    assert hint in words.hint


@pytest.mark.parametrize("days", ["", "-1", "a week", "1.5", "²"])
def test_what_is_no_number_of_days_is_not_sent(days: str) -> None:
    with pytest.raises(Refused, match="not a number of days"):
        stripe_fields({"secret_key": "sk", "webhook_secret": "wh", "grace_days": days}, EN)


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "\n"), (" ", ""), ("\t", "\r\n"), ("\u00a0", "\u2028"), ("\n\n", "  ")],
    ids=["line break", "blank", "tab", "others", "several"],
)
def test_blanks_around_pasted_secrets_are_left_out(before: str, after: str) -> None:
    values = {"secret_key": "sk_test_1", "webhook_secret": "whsec_1"}
    typed = {key: before + value + after for key, value in values.items()}
    assert stripe_fields(typed | {"grace_days": "7"}, EN) == values | {"grace_days": 7}


def test_an_account_is_connected_and_its_secrets_are_not_shown(staff: Staff) -> None:
    staff.presenter.on_done(staff.tasks[-1], stripe(**NOTHING))
    page = staff.pages.stripe.page
    assert page.connect_button.text() == "Connect …"
    assert page.disconnect_button.isHidden()
    assert page.webhook.text.toPlainText() == HOOK
    page.connect_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    for key, typed in (("secret_key", "sk_live_1"), ("webhook_secret", "whsec_1")):
        line = form.field(key)
        assert isinstance(line, QLineEdit)
        assert line.echoMode() is QLineEdit.EchoMode.Password
        line.setText(typed)
    form.submit.click()
    fields = {"secret_key": "sk_live_1", "webhook_secret": "whsec_1", "grace_days": 7}
    assert staff.asked() == [("connect_stripe", (fields, ""))]
    staff.presenter.on_done(staff.tasks[-1], stripe())
    assert staff.asked() == [("stripe_setup", ())]


@pytest.mark.parametrize("missing", ["secret_key", "webhook_secret"])
def test_both_secrets_are_entered_at_each_change(missing: str) -> None:
    values = {"secret_key": "sk", "webhook_secret": "wh", "grace_days": "14"}
    assert stripe_fields(values, EN) == values | {"grace_days": 14}
    for nothing in ("", " ", "\n"):
        with pytest.raises(Refused, match="Both secrets are needed"):
            stripe_fields(values | {missing: nothing}, EN)


def test_an_account_is_disconnected_once_it_was_confirmed(staff: Staff) -> None:
    connected = stripe()
    connected.received('"seen"')
    staff.presenter.on_done(staff.tasks[-1], connected)
    staff.pages.stripe.page.disconnect_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    assert staff.asked() == [("disconnect_stripe", (staff.tasks[-1].once, '"seen"'))]
    staff.presenter.on_done(staff.tasks[-1], None)
    assert not staff.presenter.changes.asking
    assert staff.asked() == [("stripe_setup", ())]


def test_a_service_that_fails_is_told(staff: Staff) -> None:
    staff.presenter.on_done(staff.tasks[-1], stripe())
    staff.pages.stripe.page.connect_button.click()
    form = staff.presenter.changes.form
    assert form is not None
    form.submit.click()
    staff.presenter.on_failed(
        staff.tasks[-1], Failure(Cause.REFUSED, "In English.", "payment_provider_refuses_key")
    )
    assert form.failure.text() == "Stripe does not accept the stored key."
