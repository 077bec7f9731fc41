"""Keys of a Stripe account: verified, stored encrypted, never shown."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from membership.base.scopes import Scope
from membership.store.models import StripeAccount
from tests.membership.billing.billing_club import BillingClub
from tests.membership.public import written_log


def put(club: BillingClub, **changes: Any) -> Any:
    """Store keys; returns the response."""
    keys = {
        "secret_key": club.stripe.secret_key,
        "webhook_secret": club.stripe.webhook_secret,
        **changes,
    }
    return club.service.call("PUT", "/v1/billing/stripe", json=keys)


def test_an_account_is_shown_without_its_keys(club: BillingClub) -> None:
    shown = club.service.get("/v1/billing/stripe")
    assert shown == {
        "configured": True,
        "account": "acct_1Club00000000001",
        "livemode": False,
        "key_hint": f"…{club.stripe.secret_key[-4:]}",
        "webhook_url": "https://club.example/desk/v1/billing/stripe/"
        f"{club.service.tenant.slug}/webhook",
        "grace_days": 7,
    }
    none = club.service.fresh().get("/v1/billing/stripe")
    assert (none["configured"], none["account"], none["key_hint"]) == (False, None, None)


def test_a_rejected_key_changes_nothing(club: BillingClub) -> None:
    before = club.service.get("/v1/billing/stripe")
    answer = put(club, secret_key="sk_test_wrongOne", grace_days=3)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_provider_refuses_key")
    assert "wrongOne" not in answer.text
    club.stripe.fail_next(status=None)
    answer = put(club, grace_days=3)
    assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_unavailable")
    assert answer.headers["Retry-After"] == "10"
    assert club.service.get("/v1/billing/stripe") == before
    other = club.service.fresh()
    wrong = {"secret_key": "sk_test_wrongOne", "webhook_secret": "whsec_1"}
    assert other.call("PUT", "/v1/billing/stripe", json=wrong).status_code == 409
    assert other.get("/v1/billing/stripe")["configured"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"secret_key": ""},
        {"secret_key": "pk_test_publishable"},
        {"secret_key": "sk_test_"},
        {"secret_key": "sk_test_ü"},
        {"secret_key": "sk_test_a\r\nHost: other"},
        {"secret_key": "sk_test_" + "a" * 300},
        {"secret_key": 7},
        {"webhook_secret": "we_1"},
        {"webhook_secret": "whsec_"},
        {"webhook_secret": "whsec_a b"},
        {"webhook_secret": "whsec_" + "a" * 300},
        {"grace_days": -1},
        {"grace_days": 91},
        {"grace_days": 7.0},
        {"grace_days": "7"},
    ],
)
def test_invalid_keys_are_refused(club: BillingClub, changes: dict[str, Any]) -> None:
    requests_before = len(club.stripe.requests)
    answer = put(club, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    for value in changes.values():
        if isinstance(value, str) and len(value) > len("sk_test_"):
            assert value not in answer.text
    assert len(club.stripe.requests) == requests_before


def test_keys_are_encrypted_in_the_database(club: BillingClub) -> None:
    secrets = (club.stripe.secret_key, club.stripe.webhook_secret)
    with club.service.database.readers.begin() as session:
        sealed = session.scalars(
            select(StripeAccount.sealed).where(
                StripeAccount.organization_id == club.service.tenant.id
            )
        ).one()
        sqlite = session.connection().dialect.name == "sqlite"
        row = session.execute(text("SELECT * FROM stripe_accounts")).all()
    for secret in secrets:
        assert secret.encode() not in sealed
        assert secret not in repr(row)
        if sqlite:
            assert secret.encode() not in everything(club.service.settings.data_dir)


def everything(folder: Path) -> bytes:
    """Return all bytes of the files in the data folder."""
    found = [each for each in folder.rglob("*") if each.is_file()]
    assert any(each.name == "membership.sqlite3" for each in found)
    return b"".join(each.read_bytes() for each in found)


def test_no_key_is_in_the_log_or_the_audit(club: BillingClub) -> None:
    with written_log(logging.DEBUG) as log:
        club.connect_stripe(grace_days=3)
        put(club, secret_key="sk_test_wrongOneOfSomebody")
        customer = club.service.customer(email="amara@example.com")
        club.buy(customer, club.gold_plan())
        club.stripe.fail_next(status=401)
        wanted = {"plan_id": club.gold_plan(), "customer_id": customer}
        refused = club.service.call("POST", "/v1/billing/orders", json=wanted)
        assert refused.json()["code"] == "payment_provider_refuses_key"
        club.post_webhook(b"{}", {"Stripe-Signature": "t=1,v1=2"})
    written = log.getvalue()
    assert "payment_provider_failed" in written
    audit = json.dumps(club.service.get("/v1/audit"))
    assert "billing.configured" in audit
    for secret in (club.stripe.secret_key, club.stripe.webhook_secret, "wrongOneOfSomebody"):
        assert secret not in written
        assert secret not in audit


def test_scopes_of_the_account(club: BillingClub) -> None:
    reader = club.service.key_with(Scope.ORGANIZATION_READ)
    assert club.service.call("GET", "/v1/billing/stripe", key=reader).status_code == 200
    for method in ("PUT", "DELETE"):
        answer = club.service.call(method, "/v1/billing/stripe", key=reader, json={})
        assert answer.status_code == 403


def test_keys_that_somebody_else_stored_are_not_replaced(club: BillingClub) -> None:
    path = "/v1/billing/stripe"
    seen = club.service.call("GET", path).headers["ETag"]
    club.connect_stripe(grace_days=3)
    now = club.service.call("GET", path).headers["ETag"]
    keys = {"secret_key": club.stripe.secret_key, "webhook_secret": club.stripe.webhook_secret}
    stale = {"If-Match": seen}
    for late in (
        club.service.call("PUT", path, json=keys, headers=stale),
        club.service.call("DELETE", path, headers=stale),
    ):
        assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert club.service.get(path)["grace_days"] == 3
    good = {"If-Match": now}
    stored = club.service.call("PUT", path, json=keys | {"grace_days": 5}, headers=good)
    assert stored.status_code == 200, stored.text
    good = {"If-Match": stored.headers["ETag"]}
    assert club.service.call("DELETE", path, headers=good).status_code == 204
