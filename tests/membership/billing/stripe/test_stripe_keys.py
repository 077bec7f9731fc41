"""The keys of an account at Stripe: checked there, kept sealed, and shown to nobody."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from membership.base.scopes import Scope
from membership.store.models import StripeAccount
from tests.membership.billing.billing_club import Shop
from tests.membership.public import written_log


def put(shop: Shop, **changes: Any) -> Any:
    """The answer to storing keys."""
    keys = {
        "secret_key": shop.stripe.secret_key,
        "webhook_secret": shop.stripe.webhook_secret,
        **changes,
    }
    return shop.service.call("PUT", "/v1/billing/stripe", json=keys)


def test_an_account_is_shown_without_its_keys(shop: Shop) -> None:
    shown = shop.service.get("/v1/billing/stripe")
    assert shown == {
        "configured": True,
        "account": "acct_1Club00000000001",
        "livemode": False,
        "key_hint": f"…{shop.stripe.secret_key[-4:]}",
        "webhook_url": "https://club.example/desk/v1/billing/stripe/"
        f"{shop.service.tenant.slug}/webhook",
        "grace_days": 7,
    }
    none = shop.service.fresh().get("/v1/billing/stripe")
    assert (none["configured"], none["account"], none["key_hint"]) == (False, None, None)


def test_a_key_that_stripe_does_not_know_changes_nothing(shop: Shop) -> None:
    before = shop.service.get("/v1/billing/stripe")
    answer = put(shop, secret_key="sk_test_wrongOne", grace_days=3)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_provider_refuses_key")
    assert "wrongOne" not in answer.text
    shop.stripe.fail_next(status=None)
    answer = put(shop, grace_days=3)
    assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_unavailable")
    assert answer.headers["Retry-After"] == "10"
    assert shop.service.get("/v1/billing/stripe") == before
    other = shop.service.fresh()
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
def test_what_is_no_key(shop: Shop, changes: dict[str, Any]) -> None:
    asked = len(shop.stripe.requests)
    answer = put(shop, **changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    for value in changes.values():
        if isinstance(value, str) and len(value) > len("sk_test_"):
            assert value not in answer.text
    assert len(shop.stripe.requests) == asked


def test_keys_are_sealed_in_the_table(shop: Shop) -> None:
    secrets = (shop.stripe.secret_key, shop.stripe.webhook_secret)
    with shop.service.database.readers.begin() as session:
        sealed = session.scalars(
            select(StripeAccount.sealed).where(
                StripeAccount.organization_id == shop.service.tenant.id
            )
        ).one()
        sqlite = session.connection().dialect.name == "sqlite"
        row = session.execute(text("SELECT * FROM stripe_accounts")).all()
    for secret in secrets:
        assert secret.encode() not in sealed
        assert secret not in repr(row)
        if sqlite:
            assert secret.encode() not in everything(shop.service.settings.data_dir)


def everything(folder: Path) -> bytes:
    """All bytes of the database and what lies beside it."""
    found = [each for each in folder.rglob("*") if each.is_file()]
    assert any(each.name == "membership.sqlite3" for each in found)
    return b"".join(each.read_bytes() for each in found)


def test_no_key_is_in_the_log_nor_in_the_audit(shop: Shop) -> None:
    with written_log(logging.DEBUG) as log:
        shop.set_up(grace_days=3)
        put(shop, secret_key="sk_test_wrongOneOfSomebody")
        customer = shop.service.customer(email="amara@example.com")
        shop.bought(customer, shop.gold())
        shop.stripe.fail_next(status=401)
        wanted = {"plan_id": shop.gold(), "customer_id": customer}
        refused = shop.service.call("POST", "/v1/billing/orders", json=wanted)
        assert refused.json()["code"] == "payment_provider_refuses_key"
        shop.post(b"{}", {"Stripe-Signature": "t=1,v1=2"})
    written = log.getvalue()
    assert "payment_provider_failed" in written
    audit = json.dumps(shop.service.get("/v1/audit"))
    assert "billing.configured" in audit
    for secret in (shop.stripe.secret_key, shop.stripe.webhook_secret, "wrongOneOfSomebody"):
        assert secret not in written
        assert secret not in audit


def test_who_may_see_and_set_it(shop: Shop) -> None:
    reader = shop.service.key_with(Scope.ORGANIZATION_READ)
    assert shop.service.call("GET", "/v1/billing/stripe", key=reader).status_code == 200
    for method in ("PUT", "DELETE"):
        answer = shop.service.call(method, "/v1/billing/stripe", key=reader, json={})
        assert answer.status_code == 403
