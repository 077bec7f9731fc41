"""Events read by whoever asks: from a cursor or an event on, and none is ever missed."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from membership.base.actors import SERVICE
from membership.base.scopes import Scope
from membership.data.imports.batch import Batch
from membership.data.imports.schemas import Duplicates
from membership.events.outbox import emit, watermark
from membership.events.types import EventType
from membership.store.background import Work
from membership.store.models import Event
from tests.membership.application import api_document
from tests.membership.events.conftest import Club
from tests.membership.support import Service, arranging


def ids(page: Any) -> list[str]:
    """Ids of a page's events."""
    return [each["id"] for each in page["items"]]


def test_pages_and_where_to_go_on(service: Service) -> None:
    for number in range(5):
        service.plan(f"Plan {number}")
    everything = service.get("/v1/events")
    assert [each["type"] for each in everything["items"]] == ["plan.created"] * 5
    assert everything["next_cursor"] is None
    first = service.get("/v1/events", limit=3)
    second = service.get("/v1/events", limit=3, cursor=first["next_cursor"])
    assert ids(first) + ids(second) == ids(everything)
    assert second["next_cursor"] is None
    nothing = service.get("/v1/events", cursor=second["resume_cursor"])
    assert (nothing["items"], nothing["resume_cursor"]) == ([], second["resume_cursor"])
    service.plan("Later")
    later = service.get("/v1/events", cursor=nothing["resume_cursor"])
    assert len(later["items"]) == 1
    assert ids(service.get("/v1/events", after=ids(everything)[-1])) == ids(later)
    assert ids(service.get("/v1/events", after=ids(everything)[1])) == (
        ids(everything)[2:] + ids(later)
    )


def test_only_some_types(service: Service) -> None:
    service.plan()
    service.customer()
    service.plan("Silver")
    kinds = [each["type"] for each in service.get("/v1/events", type="plan.created")["items"]]
    assert kinds == ["plan.created"] * 2
    both = service.get("/v1/events", type=["plan.created", "customer.created"])["items"]
    assert {each["type"] for each in both} == {"plan.created", "customer.created"}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"type": "no.such"}, "invalid_request"),
        ({"limit": 0}, "invalid_request"),
        ({"limit": 101}, "invalid_request"),
        ({"after": "x"}, "invalid_request"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"cursor": "WyJhIl0"}, "invalid_cursor"),
    ],
)
def test_questions_that_are_refused(service: Service, params: Any, code: str) -> None:
    answer = service.call("GET", "/v1/events", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_key_needs_the_scope(service: Service) -> None:
    key = service.key_with(*(set(Scope) - {Scope.WEBHOOKS_WRITE}))
    assert service.call("GET", "/v1/events", key=key).status_code == 403


def test_the_description_tells_what_each_type_means() -> None:
    schema = api_document().text["components"]["schemas"]["EventType"]
    assert schema["enum"] == [each.value for each in EventType]
    for each in EventType:
        assert each.meaning
        assert f"- `{each.value}`: {each.meaning}" in schema["description"]


def seen(work: Work) -> list[int]:
    """Numbers of the events that a reader is shown."""
    with work.database.readers.begin() as session:
        bound = watermark(session.connection())
        seqs = [row.seq for row in session.query(Event).order_by(Event.seq)]
    return seqs if bound is None else [seq for seq in seqs if seq < bound]


def test_no_event_appears_before_one_that_was_shown(postgres_club: Club) -> None:
    club = postgres_club
    club.emit(2)
    assert len(seen(club.work)) == 2
    with arranging(club.database) as slow:
        emit(slow, club.tenant.id, EventType.PLAN_CREATED, 1, {}, now=club.clock())
        club.emit(2)
        # The two that were stored later are there, but one before them is still to come.
        assert len(seen(club.work)) == 2
        emit(slow, club.tenant.id, EventType.PLAN_CREATED, 2, {}, now=club.clock())
    assert len(seen(club.work)) == 6


def test_no_event_of_an_import_appears_after_one_that_was_shown(postgres_club: Club) -> None:
    club = postgres_club
    club.endpoint("http://127.0.0.1:1/", EventType.CUSTOMER_CREATED)
    with arranging(club.database) as slow:
        batch = Batch(
            session=slow, tenant=club.tenant, import_id=uuid4(), actor=SERVICE, now=club.clock(),
            duplicates=Duplicates(), dry_run=False, items=[],
        )  # fmt: skip
        batch.emit(EventType.CUSTOMER_CREATED, lambda thing: (thing, {}), [uuid4()])
        club.emit(2)
        assert seen(club.work) == []
    assert len(seen(club.work)) == 3


def test_a_transaction_that_is_given_up_holds_nothing_back(postgres_club: Club) -> None:
    club = postgres_club
    with club.database.writers() as session, session.begin() as transaction:
        emit(session, club.tenant.id, EventType.PLAN_CREATED, 1, {}, now=club.clock())
        transaction.rollback()
    with arranging(club.database) as session:
        with session.begin_nested() as inner:
            emit(session, club.tenant.id, EventType.PLAN_CREATED, 2, {}, now=club.clock())
            inner.rollback()
        emit(session, club.tenant.id, EventType.PLAN_CREATED, 3, {}, now=club.clock())
        club.emit(1)
        assert seen(club.work) == []
    assert len(seen(club.work)) == 2


def test_readers_going_on_miss_nothing_while_many_write(postgres_club: Club) -> None:
    club = postgres_club
    writers = [threading.Thread(target=club.emit, args=(25,)) for _ in range(4)]
    for thread in writers:
        thread.start()
    read: list[int] = []
    while any(thread.is_alive() for thread in writers) or len(read) < 100:
        position = read[-1] if read else 0
        read += [seq for seq in seen(club.work) if seq > position]
    for thread in writers:
        thread.join()
    assert read == seen(club.work)
    assert len(read) == 100


def test_an_id_that_was_told_before_is_told_once(club: Club) -> None:
    endpoint, _ = club.endpoint("http://127.0.0.1:9/")
    (event,) = club.emit()
    for _ in range(2):
        with arranging(club.database) as session:
            again = emit(
                session,
                club.tenant.id,
                EventType.PLAN_CREATED,
                1,
                {"other": True},
                now=club.clock(),
                event_id=event,
            )
        assert again == event
    assert len(club.deliveries(endpoint)) == 1
    with club.database.readers.begin() as session:
        assert [row.data for row in session.query(Event)] == [{"plan_id": "0"}]
