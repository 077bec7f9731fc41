"""The webhook endpoint: signatures, their age, and duplicate events."""

import contextlib
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.membership.billing.billing_club import BillingClub
from tests.membership.support import TIMEOUT


def event(club: BillingClub, **changes: Any) -> dict[str, Any]:
    """Return an event in Stripe's form, about no object of this club."""
    return {
        "id": "evt_1",
        "object": "event",
        "type": "invoice.paid",
        "created": int(club.service.clock().timestamp()),
        "livemode": False,
        "data": {"object": {"id": "in_1", "object": "invoice"}},
        **changes,
    }


def stored(club: BillingClub) -> list[str]:
    """Return the ids of the stored events."""
    return [each["id"] for each in club.service.get("/v1/billing/events")["items"]]


def signed(club: BillingClub, body: bytes) -> dict[str, str]:
    """Return headers with a valid signature of a body."""
    stamp = int(club.service.clock().timestamp())
    secret = club.stripe.webhook_secret.encode()
    mac = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}", "Content-Type": "application/json"}


def status(club: BillingClub, body: bytes, header: str | None) -> int:
    """Post a body with a signature header; returns the status code."""
    headers = {} if header is None else {"Stripe-Signature": header}
    answer = club.post_webhook(body, headers)
    if answer.status_code == 401:
        assert answer.json()["code"] == "signature_wrong"
    return answer.status_code


def test_wrong_signatures_are_refused(club: BillingClub) -> None:
    now = club.service.clock()
    body, headers = club.stripe.delivery(event(club), at=now)
    right = headers["Stripe-Signature"]
    stamp, _, mac = right.partition(",v1=")
    old = club.stripe.delivery(event(club), at=now - timedelta(minutes=6))[1]["Stripe-Signature"]
    ahead = club.stripe.delivery(event(club), at=now + timedelta(minutes=6))[1]["Stripe-Signature"]
    other = club.stripe.delivery(event(club), at=now, secret="whsec_other")[1]["Stripe-Signature"]
    wrong: list[tuple[bytes, str | None]] = [
        (body, None),
        (body, ""),
        (body, "rubbish"),
        (body, "=,=,t,v1"),
        (body, "t=soon,v1=" + mac),
        (body, f"t={'9' * 5000},v1={mac}"),
        (body, stamp),
        (body, f"{stamp},v0={mac}"),
        (body, f"{stamp},v1={mac[:-1]}"),
        (body, f"{stamp},v1=\xe4{mac[1:]}"),
        (body, other),
        (body, old),
        (body, ahead),
        (body, f"{old},{stamp}"),  # an expired one with a second, newer time
        (body, f"{stamp},{old}"),
        (body.replace(b"in_1", b"in_2"), right),
        (body + b" ", right),
        (b"", right),
        (b"", None),
    ]
    for sent, header in wrong:
        assert status(club, sent, header) == 401, header
    assert stored(club) == []
    several = f"{stamp},v1={'0' * 64},v0=abc,v1={mac}"
    assert status(club, body, several) == 200
    assert stored(club) == ["evt_1"]


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_a_clock_skew_below_five_minutes_is_accepted(club: BillingClub, minutes: float) -> None:
    at = club.service.clock() + timedelta(minutes=minutes)
    assert club.deliver(event(club), at=at) == 200


def test_signed_bodies_that_are_not_events_are_refused(club: BillingClub) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    odd: list[Any] = [
        [],
        None,
        "event",
        {},
        {"object": "event"},
        event(club, object="charge"),
        event(club, created=None),
        event(club, created="today"),
        event(club, created=10**30),
        event(club, data=None),
        event(club, data={"object": "in_1"}),
        event(club, data={"object": {"id": 7}}),
        event(club, id=None),
        event(club, id=""),
        event(club, id="e" * 256),
        event(club, id="evt_\x00"),
        event(club, type=["invoice.paid"]),
    ]
    for body in (*(json.dumps(each).encode() for each in odd), b"{", b"\xff\xfe{}", b"", deep):
        answer = club.post_webhook(body, signed(club, body))
        assert answer.status_code == 401, body[:100]
    assert stored(club) == []


def test_a_huge_body_is_refused(club: BillingClub) -> None:
    body = b"x" * 20_000_000
    # The service may close the connection before all of it was sent.
    with contextlib.suppress(requests.ConnectionError):
        assert club.post_webhook(body, signed(club, body)).status_code == 413
    assert stored(club) == []


def test_unprocessed_types_are_acknowledged_and_not_stored(club: BillingClub) -> None:
    forecast = event(club, type="invoice.upcoming", data={"object": {"object": "invoice"}})
    for each in (
        event(club, type="customer.created"),
        event(club, type="something.of.next.year"),
        forecast,
        event(club, livemode=True),
    ):
        assert club.deliver(each) == 200
    assert stored(club) == []


def test_a_duplicate_event_is_stored_once(club: BillingClub) -> None:
    assert [club.deliver(event(club)) for _ in range(3)] == [200, 200, 200]
    (only,) = club.service.get("/v1/billing/events")["items"]
    assert (only["id"], only["type"], only["tries"], only["done"]) == (
        "evt_1",
        "invoice.paid",
        0,
        False,
    )


def test_secrets_and_events_are_separate_for_each_organization(club: BillingClub) -> None:
    body, headers = club.stripe.delivery(event(club), at=club.service.clock())
    other = club.service.fresh()
    url = f"{club.service.url}/v1/billing/stripe/{{}}/webhook"

    def posted(slug: str, **how: Any) -> int:
        sent, with_headers = club.stripe.delivery(event(club), at=club.service.clock(), **how)
        return requests.post(
            url.format(slug), data=sent, headers=with_headers, timeout=TIMEOUT
        ).status_code

    assert posted(other.tenant.slug) == 404  # has no account
    assert posted("no-such-club") == 404
    assert posted("%00") == 404
    keys = {"secret_key": club.stripe.secret_key, "webhook_secret": "whsec_ofTheOther"}
    assert other.call("PUT", "/v1/billing/stripe", json=keys).status_code == 200
    assert posted(other.tenant.slug) == 401
    assert posted(other.tenant.slug, secret="whsec_ofTheOther") == 200
    assert stored(club) == []
    assert club.post_webhook(body, headers).status_code == 200
    assert stored(club) == ["evt_1"]
    retry = "/v1/billing/events/evt_1/retry"
    assert club.service.call("POST", retry).status_code == 200
    third = club.service.fresh()
    answer = third.call("POST", retry)
    assert (answer.status_code, answer.json()["code"]) == (404, "event_not_found")


def test_a_removed_account_receives_no_events(club: BillingClub) -> None:
    assert club.deliver(event(club)) == 200
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    assert club.service.call("DELETE", "/v1/billing/stripe").status_code == 404
    answer = club.post_webhook(
        *club.stripe.delivery(event(club, id="evt_2"), at=club.service.clock())
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "billing_not_set_up")
    # Stored events wait for an account, and block nothing.
    club.process_inbox()
    assert club.service.get("/v1/billing/events")["items"][0]["tries"] == 0
    club.connect_stripe()
    club.process_inbox()
    (only,) = club.service.get("/v1/billing/events")["items"]
    assert (only["id"], only["done"]) == ("evt_1", True)
