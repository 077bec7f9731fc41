"""Routes of webhooks: their life, their secrets, tests, dead letters and replay."""

from base64 import b64decode
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import QueuePool, select, update

from membership.base.scopes import Scope
from membership.base.vault import open_vault
from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.endpoints import MOST_WEBHOOKS
from membership.events.webhooks.purge import purge
from membership.store.background import Work
from membership.store.models import AuditEntry, WebhookEndpoint
from tests.membership.events.webhooks.receiver import Handler, Receiver, receiving
from tests.membership.support import Service, arranging


def deliver_all(work: Work) -> None:
    """Deliver until nothing is due."""
    while deliver(work, jitter=lambda: 0.0):
        pass


def hooked(service: Service, url: str, *types: str, **fields: Any) -> Any:
    """Create a webhook; returns the answer."""
    return service.post("/v1/webhooks", {"url": url, "types": list(types), **fields})


def error(service: Service, method: str, path: str, **options: Any) -> tuple[int, str]:
    """Status and code of a refusal."""
    answer = service.call(method, path, **options)
    return answer.status_code, answer.json()["code"]


def test_from_a_plan_to_its_receiver(service: Service, receiver: Receiver, work: Work) -> None:
    made = hooked(service, receiver.url, "plan.created", description="Website")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert service.get(f"/v1/webhooks/{made['id']}") == made
    assert service.get("/v1/webhooks") == {"items": [made]}
    assert (made["types"], made["enabled"], made["disabled_why"]) == (["plan.created"], True, None)
    plan = service.plan()
    service.customer()
    deliver_all(work)
    (got,) = receiver.received
    assert got.signed_with(secret)
    (event,) = service.get("/v1/events", type="plan.created")["items"]
    assert (event["id"], event["data"]["plan_id"]) == (str(got.event_id), plan)
    (delivery,) = service.get(f"/v1/webhooks/{made['id']}/deliveries")["items"]
    assert (delivery["event_id"], delivery["state"]) == (event["id"], "delivered")
    assert (delivery["attempts"], delivery["last_status"]) == (1, 204)


def test_the_secret_is_stored_sealed_and_shown_once(service: Service, receiver: Receiver) -> None:
    made = hooked(service, receiver.url)
    with service.database.readers.begin() as session:
        row = session.get_one(WebhookEndpoint, (service.tenant.id, UUID(made["id"])))
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_id == made["id"]))
        audited = [(entry.action, entry.after) for entry in entries]
    key = b64decode(made["secret"].removeprefix("whsec_"))
    assert len(key) == 32
    assert key not in row.secret
    assert open_vault(service.settings).open(row.secret) == key
    assert [action for action, _ in audited] == ["webhook.created"]
    shown = [
        service.call("GET", f"/v1/webhooks/{made['id']}").text,
        service.call("GET", "/v1/webhooks").text,
        service.call("PATCH", f"/v1/webhooks/{made['id']}", json={"description": "x"}).text,
        str(audited),
    ]
    assert not any(made["secret"] in text or 'secret"' in text for text in shown)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://93.184.215.14/", "url_scheme"),
        ("https://user:pw@93.184.215.14/", "url_malformed"),
        ("https://10.0.0.1/", "url_not_public"),
        ("https://[::1]/", "url_not_public"),
        ("https://169.254.169.254/latest/meta-data", "url_not_public"),
        ("https://0xa9fea9fe/", "url_not_public"),
        ("https://nowhere.invalid/", "url_unresolved"),
    ],
)
def test_urls_are_checked_at_creation_and_at_a_change(
    service: Service, receiver: Receiver, url: str, code: str
) -> None:
    answer = service.call("POST", "/v1/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"] == "body.url"
    made = hooked(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    assert error(service, "PATCH", path, json={"url": url}) == (422, code)
    assert service.get(path)["url"] == receiver.url


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": None},
        {"url": ""},
        {"url": "https://93.184.215.14/" + "a" * 2000},
        {"url": "https://93.184.215.14/", "types": ["no.such"]},
        {"url": "https://93.184.215.14/", "types": "plan.created"},
        {"url": "https://93.184.215.14/", "description": "a\nb"},
        {"url": "https://93.184.215.14/", "description": "x" * 121},
    ],
)
def test_bodies_that_are_refused(service: Service, body: Any) -> None:
    assert error(service, "POST", "/v1/webhooks", json=body) == (422, "invalid_request")


def test_a_url_is_not_looked_up_for_who_may_not(service: Service) -> None:
    key = service.key_with(Scope.PLANS_WRITE)
    body = {"url": "https://10.0.0.1/"}
    assert error(service, "POST", "/v1/webhooks", json=body, key=key) == (403, "scope_missing")
    wrong = error(service, "POST", "/v1/webhooks", json=body, key="mk_live_no")
    assert wrong == (401, "key_invalid")


def test_other_organizations_see_nothing(service: Service, receiver: Receiver) -> None:
    made = hooked(service, receiver.url)
    service.plan()
    event = service.get("/v1/events", type="plan.created")["items"][0]["id"]
    other = service.fresh()
    path = f"/v1/webhooks/{made['id']}"
    for method, where in (
        ("GET", path),
        ("PATCH", path),
        ("DELETE", path),
        ("POST", f"{path}/rotate-secret"),
        ("POST", f"{path}/test"),
        ("GET", f"{path}/deliveries"),
        ("POST", f"{path}/deliveries/replay"),
        ("POST", f"{path}/deliveries/{event}/replay"),
    ):
        assert error(other, method, where, json={}) == (404, "webhook_not_found"), where
    assert other.get("/v1/webhooks")["items"] == []
    assert other.get("/v1/events")["items"] == []
    refused = error(other, "GET", "/v1/events", params={"after": event})
    assert refused == (404, "event_not_found")
    other.plan()
    assert len(service.get(f"{path}/deliveries")["items"]) == 1


def test_no_more_than_so_many(service: Service, receiver: Receiver) -> None:
    for _ in range(MOST_WEBHOOKS):
        made = hooked(service, receiver.url)
    body = {"url": receiver.url}
    assert error(service, "POST", "/v1/webhooks", json=body) == (409, "too_many_webhooks")
    service.call("DELETE", f"/v1/webhooks/{made['id']}")
    hooked(service, receiver.url)


def test_secrets_are_not_made_twice_for_one_idempotency_key(
    service: Service, receiver: Receiver
) -> None:
    made = hooked(service, receiver.url)
    for path, body in (
        ("/v1/webhooks", {"url": receiver.url}),
        (f"/v1/webhooks/{made['id']}/rotate-secret", {}),
    ):
        headers = {"Idempotency-Key": "once"}
        refused = error(service, "POST", path, json=body, headers=headers)
        assert refused == (422, "idempotency_key_refused")
    assert len(service.get("/v1/webhooks")["items"]) == 1


def test_rotation(service: Service, receiver: Receiver, work: Work) -> None:
    made = hooked(service, receiver.url)
    path, old = f"/v1/webhooks/{made['id']}", made["secret"]
    rotated = service.post(f"{path}/rotate-secret", {}, status=200)
    until = service.clock.now + timedelta(hours=24)
    assert rotated["former_secret_until"] == until.isoformat().replace("+00:00", "Z")
    assert service.get(path)["former_secret_until"] == rotated["former_secret_until"]
    new = rotated["secret"]
    service.plan()
    deliver_all(work)
    service.clock.advance(hours=24)
    service.plan()
    deliver_all(work)
    latest = service.post(f"{path}/rotate-secret", {"overlap_hours": 0}, status=200)
    assert latest["former_secret_until"] is None
    service.plan()
    deliver_all(work)
    secrets = (old, new, latest["secret"])
    signed = [[each.signed_with(secret) for secret in secrets] for each in receiver.received]
    assert signed == [[True, True, False], [False, True, False], [False, False, True]]


@pytest.mark.parametrize("hours", [-1, 169, "x", None])
def test_overlaps_that_are_refused(service: Service, receiver: Receiver, hours: Any) -> None:
    path = f"/v1/webhooks/{hooked(service, receiver.url)['id']}/rotate-secret"
    refused = error(service, "POST", path, json={"overlap_hours": hours})
    assert refused == (422, "invalid_request")


def test_a_test_is_answered_at_once(service: Service, receiver: Receiver, work: Work) -> None:
    made = hooked(service, receiver.url, enabled=False)
    receiver.script.append(lambda handler: handler.answer(418, b"teapot" * 100))
    told = service.post(f"/v1/webhooks/{made['id']}/test", status=200)
    assert (told["delivered"], told["status"], told["error"]) == (False, 418, None)
    assert told["answer"] == ("teapot" * 100)[:300]
    (got,) = receiver.received
    assert got.signed_with(made["secret"])
    assert str(got.event_id) == told["event_id"]
    assert b'"webhook.test"' in got.body
    again = service.post(f"/v1/webhooks/{made['id']}/test", status=200)
    assert (again["delivered"], again["status"]) == (True, 204)
    deliver_all(work)
    assert len(receiver.received) == 2
    assert service.get("/v1/events")["items"] == []
    assert service.get(f"/v1/webhooks/{made['id']}/deliveries")["items"] == []


def test_a_test_of_a_receiver_that_is_not_there(service: Service) -> None:
    with receiving() as gone:
        made = hooked(service, gone.url)
    told = service.post(f"/v1/webhooks/{made['id']}/test", status=200)
    assert (told["delivered"], told["status"], told["answer"]) == (False, None, "")
    assert "cannot be reached" in told["error"]


def test_a_test_holds_no_connection(service: Service, receiver: Receiver) -> None:
    made = hooked(service, receiver.url)
    pool = service.database.engine.pool
    assert isinstance(pool, QueuePool)
    held: list[int] = []

    def count(handler: Handler) -> None:
        held.append(pool.checkedout())
        handler.answer(200)

    receiver.script.append(count)
    told = service.post(f"/v1/webhooks/{made['id']}/test", status=200)
    assert (told["delivered"], held) == (True, [0])


def test_disabled_by_hand_and_enabled_again(
    service: Service, receiver: Receiver, work: Work
) -> None:
    made = hooked(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    service.plan()
    off = service.patch(path, enabled=False)
    assert (off["enabled"], off["disabled_why"]) == (False, None)
    assert off["disabled_at"] is not None
    assert service.patch(path, enabled=False) == off
    service.plan()
    deliver_all(work)
    assert receiver.received == []
    assert error(service, "POST", f"{path}/deliveries/replay") == (409, "webhook_disabled")
    on = service.patch(path, enabled=True)
    assert (on["enabled"], on["disabled_at"]) == (True, None)
    service.plan()
    deliver_all(work)
    assert len(receiver.received) == 1
    assert service.post(f"{path}/deliveries/replay", status=200) == {"deliveries": 1}
    deliver_all(work)
    events = [each["id"] for each in service.get("/v1/events")["items"]]
    assert [str(each) for each in receiver.ids] == [events[2], events[0]]


def test_dead_letters_and_replay(service: Service, receiver: Receiver, work: Work) -> None:
    made = hooked(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    for _ in range(3):
        service.plan()
    events = [each["id"] for each in service.get("/v1/events")["items"]]
    receiver.fail(1, 410)
    deliver_all(work)
    shown = service.get(path)
    assert shown["disabled_why"] == "The receiver answered 410: it wants no more events."
    dead = service.get(f"{path}/deliveries", state="dead")["items"]
    assert [each["event_id"] for each in dead] == events[::-1]
    assert dead[-1]["last_error"] == "The receiver answered 410."
    one = f"{path}/deliveries/{events[1]}/replay"
    assert error(service, "POST", one) == (409, "webhook_disabled")
    service.patch(path, enabled=True)
    replayed = service.post(one, status=200)
    assert (replayed["state"], replayed["attempts"]) == ("pending", 0)
    assert error(service, "POST", one) == (409, "delivery_not_dead")
    deliver_all(work)
    assert error(service, "POST", one) == (409, "delivery_not_dead")
    unknown = f"{path}/deliveries/{uuid4()}/replay"
    assert error(service, "POST", unknown) == (404, "delivery_not_found")
    assert service.post(f"{path}/deliveries/replay", status=200) == {"deliveries": 2}
    service.plan()
    deliver_all(work)
    newest = service.get("/v1/events", after=events[2])["items"][0]["id"]
    came = [str(each) for each in receiver.ids]
    assert came == [events[0], events[1], events[0], events[2], newest]
    assert service.post(f"{path}/deliveries/replay", status=200) == {"deliveries": 0}
    with service.database.readers.begin() as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject_id == made["id"])
        ).all()
    assert actions.count("webhook.replayed") == 2


def test_a_replay_does_not_wait_for_the_next_attempt(
    service: Service, receiver: Receiver, work: Work
) -> None:
    made = hooked(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    service.plan()
    service.patch(path, enabled=False)
    service.patch(path, enabled=True)
    service.plan()
    receiver.fail(1)
    deliver_all(work)
    assert service.get(path)["next_attempt_at"] is not None
    service.post(f"{path}/deliveries/replay", status=200)
    deliver_all(work)
    dead, failed = (each["id"] for each in service.get("/v1/events")["items"])
    assert [str(each) for each in receiver.ids] == [failed, dead, failed]


def test_deliveries_page_by_page(service: Service, receiver: Receiver, work: Work) -> None:
    path = f"/v1/webhooks/{hooked(service, receiver.url)['id']}/deliveries"
    for _ in range(5):
        service.plan()
    listed, cursor = [], None
    while True:
        page = service.get(path, limit=2, state="pending", **({"cursor": cursor} if cursor else {}))
        listed += [each["event_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    events = [each["id"] for each in service.get("/v1/events")["items"]]
    assert listed == events[::-1]
    assert service.get(path, state="delivered")["items"] == []
    assert error(service, "GET", path, params={"cursor": "x"}) == (422, "invalid_cursor")
    assert error(service, "GET", path, params={"state": "x"}) == (422, "invalid_request")


def test_a_new_url_is_tried_at_once(service: Service, receiver: Receiver, work: Work) -> None:
    with receiving() as gone:
        made = hooked(service, gone.url)
    service.plan()
    deliver_all(work)
    path = f"/v1/webhooks/{made['id']}"
    assert service.get(path)["next_attempt_at"] is not None
    assert service.patch(path, description="y")["next_attempt_at"] is not None
    changed = service.patch(path, url=receiver.url, types=["card.issued"])
    assert (changed["next_attempt_at"], changed["failing_since"]) == (None, None)
    service.plan()
    deliver_all(work)
    assert len(receiver.received) == 1  # what was queued, and nothing of other types anymore


def test_deleted(service: Service, receiver: Receiver, work: Work) -> None:
    made = hooked(service, receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    service.plan()
    assert service.call("DELETE", path).status_code == 204
    assert error(service, "DELETE", path) == (404, "webhook_not_found")
    assert error(service, "GET", path) == (404, "webhook_not_found")
    assert service.get("/v1/webhooks")["items"] == []
    service.plan()
    deliver_all(work)
    assert receiver.received == []
    service.clock.advance(days=2)
    while purge(work):
        pass
    with service.database.readers.begin() as session:
        assert session.get(WebhookEndpoint, (service.tenant.id, UUID(made["id"]))) is None
    assert len(service.get("/v1/events")["items"]) == 2


def test_a_webhook_of_before_with_another_port_works_on_and_says_so(service: Service) -> None:
    made = hooked(service, "https://8.8.8.8:8443/")
    path, former = f"/v1/webhooks/{made['id']}", "https://8.8.8.8:9000/"
    assert made["warning"] is None
    with arranging(service.database) as session:
        stored = update(WebhookEndpoint).where(WebhookEndpoint.id == UUID(made["id"]))
        session.execute(stored.values(url=former))
    assert "port 9000" in service.get(path)["warning"]
    assert "port 9000" in service.get("/v1/webhooks")["items"][0]["warning"]
    assert service.patch(path, url=former, description="Website")["description"] == "Website"
    for url in ("https://8.8.8.8:9001/", "https://8.8.4.4:9000/"):
        assert error(service, "PATCH", path, json={"url": url}) == (422, "url_port")
    assert service.patch(path, url="https://8.8.8.8/")["warning"] is None
    assert error(service, "POST", "/v1/webhooks", json={"url": former}) == (422, "url_port")
