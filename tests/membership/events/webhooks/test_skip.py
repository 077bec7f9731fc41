"""Deliveries that are set aside: listed, replayed and skipped over the API."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select

from membership.store.background import Work
from membership.store.models import AuditEntry
from tests.membership.events.webhooks.receiver import Handler, Receiver
from tests.membership.events.webhooks.test_webhooks import deliver_all, error, hooked
from tests.membership.support import Service


def refuse_first(service: Service, receiver: Receiver, work: Work) -> tuple[str, list[str]]:
    """A webhook whose receiver refuses its first event until it is set aside.

    Returns its path and the events: two of one plan, and one of another that was delivered.
    """
    path = f"/v1/webhooks/{hooked(service, receiver.url)['id']}"
    plan = service.plan()
    service.patch(f"/v1/plans/{plan}", name="Renamed")
    service.plan()
    events = [each["id"] for each in service.get("/v1/events")["items"]]

    def answer(handler: Handler) -> None:
        handler.answer(422 if handler.headers["webhook-id"] == events[0] else 204)

    receiver.always = answer
    for minutes in (0, 1, 5):
        service.clock.advance(minutes=minutes)
        deliver_all(work)
    return path, events


def shown(service: Service, path: str, **query: Any) -> dict[str, Any]:
    """The deliveries of a webhook, by their events."""
    return {each["event_id"]: each for each in service.get(f"{path}/deliveries", **query)["items"]}


def test_what_is_set_aside_is_shown(service: Service, receiver: Receiver, work: Work) -> None:
    path, (refused, waiting, other) = refuse_first(service, receiver, work)
    assert service.get(path)["set_aside"] == 2
    (listed,) = (each for each in service.get("/v1/webhooks")["items"] if path.endswith(each["id"]))
    assert listed["set_aside"] == 2
    aside = shown(service, path, set_aside="true")
    assert set(aside) == {refused, waiting}
    assert set(shown(service, path, state="pending")) == {refused, waiting}
    assert set(shown(service, path)) == {refused, waiting, other}
    first, second = aside[refused], aside[waiting]
    assert (first["state"], first["attempts"], first["last_status"]) == ("pending", 3, 422)
    assert first["next_attempt_at"] > first["set_aside_at"]
    assert (first["waits_for"], second["waits_for"]) == (None, refused)
    assert (second["attempts"], second["next_attempt_at"]) == (0, None)


def test_skipped_by_staff(service: Service, receiver: Receiver, work: Work) -> None:
    path, (refused, waiting, other) = refuse_first(service, receiver, work)
    one = f"{path}/deliveries/{refused}/skip"
    assert service.post(one, status=200)["state"] == "dead"
    assert error(service, "POST", one) == (409, "delivery_not_pending")
    unknown = f"{path}/deliveries/{uuid4()}/skip"
    assert error(service, "POST", unknown) == (404, "delivery_not_found")
    assert service.get(path)["set_aside"] == 0
    deliver_all(work)
    assert [str(each) for each in receiver.ids] == [refused] * 3 + [other, waiting]
    with service.database.readers.begin() as session:
        skipped = session.scalars(
            select(AuditEntry).where(
                AuditEntry.subject_id == path.rsplit("/", 1)[1],
                AuditEntry.action == "webhook.skipped",
            )
        ).all()
    assert [each.after for each in skipped] == [{"event_id": refused}]
    # It can be sent after all.
    service.post(f"{path}/deliveries/{refused}/replay", status=200)
    receiver.always = lambda handler: handler.answer(204)
    deliver_all(work)
    assert str(receiver.ids[-1]) == refused


def test_the_head_of_the_line_is_skipped(service: Service, receiver: Receiver, work: Work) -> None:
    path = f"/v1/webhooks/{hooked(service, receiver.url)['id']}"
    service.plan()
    service.plan()
    head, following = (each["id"] for each in service.get("/v1/events")["items"])
    receiver.fail(1)
    deliver_all(work)
    service.post(f"{path}/deliveries/{head}/skip", status=200)
    deliver_all(work)
    assert [str(each) for each in receiver.ids] == [head, following]
    assert service.get(path)["next_attempt_at"] is None


def test_skipped_while_it_is_being_sent(service: Service, receiver: Receiver, work: Work) -> None:
    path = f"/v1/webhooks/{hooked(service, receiver.url)['id']}"
    service.plan()
    (event,) = (each["id"] for each in service.get("/v1/events")["items"])

    def skipped(handler: Handler) -> None:
        service.post(f"{path}/deliveries/{event}/skip", status=200)
        handler.answer(500)

    receiver.script.append(skipped)
    deliver_all(work)
    told = shown(service, path)[event]
    assert (told["state"], told["attempts"], told["set_aside_at"]) == ("dead", 1, None)


def test_replayed_while_it_is_set_aside(service: Service, receiver: Receiver, work: Work) -> None:
    path, (refused, waiting, other) = refuse_first(service, receiver, work)
    code = error(service, "POST", f"{path}/deliveries/{waiting}/replay")
    assert code == (409, "delivery_waits")
    receiver.always = lambda handler: handler.answer(204)
    again = service.post(f"{path}/deliveries/{refused}/replay", status=200)
    assert (again["state"], again["attempts"]) == ("pending", 0)
    deliver_all(work)
    assert [str(each) for each in receiver.ids] == [refused] * 3 + [other, refused, waiting]


def test_all_are_replayed(service: Service, receiver: Receiver, work: Work) -> None:
    path, (refused, waiting, other) = refuse_first(service, receiver, work)
    receiver.always = lambda handler: handler.answer(204)
    assert service.post(f"{path}/deliveries/replay", status=200) == {"deliveries": 1}
    deliver_all(work)
    assert [str(each) for each in receiver.ids] == [refused] * 3 + [other, refused, waiting]
    assert service.get(path)["set_aside"] == 0
