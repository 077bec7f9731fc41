"""What is taken as an event of Stripe: what was signed for this club, lately, and once."""

import contextlib
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from tests.membership.billing.billing_club import Shop
from tests.membership.support import TIMEOUT


def event(shop: Shop, **changes: Any) -> dict[str, Any]:
    """An event as Stripe makes it, about nothing of this club."""
    return {
        "id": "evt_1",
        "object": "event",
        "type": "invoice.paid",
        "created": int(shop.service.clock().timestamp()),
        "livemode": False,
        "data": {"object": {"id": "in_1", "object": "invoice"}},
        **changes,
    }


def kept(shop: Shop) -> list[str]:
    """The ids of the events that the club keeps."""
    return [each["id"] for each in shop.service.get("/v1/billing/events")["items"]]


def signed(shop: Shop, body: bytes) -> dict[str, str]:
    """Headers with the right signature over any bytes."""
    stamp = int(shop.service.clock().timestamp())
    secret = shop.stripe.webhook_secret.encode()
    mac = hmac.new(secret, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}", "Content-Type": "application/json"}


def status(shop: Shop, body: bytes, header: str | None) -> int:
    """The answer to a body with a header of its own."""
    headers = {} if header is None else {"Stripe-Signature": header}
    answer = shop.post(body, headers)
    if answer.status_code == 401:
        assert answer.json()["code"] == "signature_wrong"
    return answer.status_code


def test_what_is_not_genuine(shop: Shop) -> None:
    now = shop.service.clock()
    body, headers = shop.stripe.delivery(event(shop), at=now)
    right = headers["Stripe-Signature"]
    stamp, _, mac = right.partition(",v1=")
    old = shop.stripe.delivery(event(shop), at=now - timedelta(minutes=6))[1]["Stripe-Signature"]
    ahead = shop.stripe.delivery(event(shop), at=now + timedelta(minutes=6))[1]["Stripe-Signature"]
    other = shop.stripe.delivery(event(shop), at=now, secret="whsec_other")[1]["Stripe-Signature"]
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
        (body, f"{old},{stamp}"),  # an old one, made new by a second time
        (body, f"{stamp},{old}"),
        (body.replace(b"in_1", b"in_2"), right),
        (body + b" ", right),
        (b"", right),
        (b"", None),
    ]
    for sent, header in wrong:
        assert status(shop, sent, header) == 401, header
    assert kept(shop) == []
    several = f"{stamp},v1={'0' * 64},v0=abc,v1={mac}"
    assert status(shop, body, several) == 200
    assert kept(shop) == ["evt_1"]


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_clocks_may_differ_a_little(shop: Shop, minutes: float) -> None:
    at = shop.service.clock() + timedelta(minutes=minutes)
    assert shop.tell(event(shop), at=at) == 200


def test_what_is_signed_and_no_event(shop: Shop) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    odd: list[Any] = [
        [],
        None,
        "event",
        {},
        {"object": "event"},
        event(shop, object="charge"),
        event(shop, created=None),
        event(shop, created="today"),
        event(shop, created=10**30),
        event(shop, data=None),
        event(shop, data={"object": "in_1"}),
        event(shop, data={"object": {"id": 7}}),
        event(shop, id=None),
        event(shop, id=""),
        event(shop, id="e" * 256),
        event(shop, id="evt_\x00"),
        event(shop, type=["invoice.paid"]),
    ]
    for body in (*(json.dumps(each).encode() for each in odd), b"{", b"\xff\xfe{}", b"", deep):
        answer = shop.post(body, signed(shop, body))
        assert answer.status_code == 401, body[:100]
    assert kept(shop) == []


def test_a_huge_body_is_not_read(shop: Shop) -> None:
    body = b"x" * 20_000_000
    # Unless the service hung up before all of it was sent.
    with contextlib.suppress(requests.ConnectionError):
        assert shop.post(body, signed(shop, body)).status_code == 413
    assert kept(shop) == []


def test_what_is_heard_of_no_use_is_answered_and_not_kept(shop: Shop) -> None:
    forecast = event(shop, type="invoice.upcoming", data={"object": {"object": "invoice"}})
    for each in (
        event(shop, type="customer.created"),
        event(shop, type="something.of.next.year"),
        forecast,
        event(shop, livemode=True),
    ):
        assert shop.tell(each) == 200
    assert kept(shop) == []


def test_an_event_is_kept_once(shop: Shop) -> None:
    assert [shop.tell(event(shop)) for _ in range(3)] == [200, 200, 200]
    (only,) = shop.service.get("/v1/billing/events")["items"]
    assert (only["id"], only["type"], only["tries"], only["done"]) == (
        "evt_1",
        "invoice.paid",
        0,
        False,
    )


def test_each_club_has_a_secret_and_events_of_its_own(shop: Shop) -> None:
    body, headers = shop.stripe.delivery(event(shop), at=shop.service.clock())
    other = shop.service.fresh()
    url = f"{shop.service.url}/v1/billing/stripe/{{}}/webhook"

    def posted(slug: str, **how: Any) -> int:
        sent, with_headers = shop.stripe.delivery(event(shop), at=shop.service.clock(), **how)
        return requests.post(
            url.format(slug), data=sent, headers=with_headers, timeout=TIMEOUT
        ).status_code

    assert posted(other.tenant.slug) == 404  # has no account
    assert posted("no-such-club") == 404
    assert posted("%00") == 404
    keys = {"secret_key": shop.stripe.secret_key, "webhook_secret": "whsec_ofTheOther"}
    assert other.call("PUT", "/v1/billing/stripe", json=keys).status_code == 200
    assert posted(other.tenant.slug) == 401
    assert posted(other.tenant.slug, secret="whsec_ofTheOther") == 200
    assert kept(shop) == []
    assert shop.post(body, headers).status_code == 200
    assert kept(shop) == ["evt_1"]
    retry = "/v1/billing/events/evt_1/retry"
    assert shop.service.call("POST", retry).status_code == 200
    third = shop.service.fresh()
    answer = third.call("POST", retry)
    assert (answer.status_code, answer.json()["code"]) == (404, "event_not_found")


def test_an_account_that_was_removed_hears_nothing(shop: Shop) -> None:
    assert shop.tell(event(shop)) == 200
    assert shop.service.call("DELETE", "/v1/billing/stripe").status_code == 204
    assert shop.service.call("DELETE", "/v1/billing/stripe").status_code == 404
    answer = shop.post(*shop.stripe.delivery(event(shop, id="evt_2"), at=shop.service.clock()))
    assert (answer.status_code, answer.json()["code"]) == (404, "billing_not_set_up")
    # What was kept waits for an account, and hinders nothing.
    shop.work_off()
    assert shop.service.get("/v1/billing/events")["items"][0]["tries"] == 0
    shop.set_up()
    shop.work_off()
    (only,) = shop.service.get("/v1/billing/events")["items"]
    assert (only["id"], only["done"]) == ("evt_1", True)
