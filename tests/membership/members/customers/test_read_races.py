"""Reads of several statements, between which what they read is merged or deleted.

SQLite reads as of the first statement; on PostgreSQL each statement sees what was stored before it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete
from sqlalchemy.event import listen, remove

from api_client.messages.scan import UnknownCause
from membership.members.customers.lookup import Found, find_by_text
from membership.store.models import Membership
from tests.membership.conftest import SQLITE
from tests.membership.support import Service, arranging


@contextmanager
def after(target: Any, part: str, *acts: Callable[[], object]) -> Iterator[list[str]]:
    """Act after each statement with ``part`` in it, while there are acts left; yields those."""
    left, done, acting = list(acts), [], False

    def act(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        nonlocal acting
        if left and part in sql and not acting:
            acting = True  # what the act sends to the same database is not meant
            left.pop(0)()
            done.append(sql)
            acting = False

    listen(target, "after_cursor_execute", act)
    try:
        yield done
    finally:
        remove(target, "after_cursor_execute", act)


@pytest.mark.parametrize("merges", [0, 1, 2], ids=["none", "one", "two"])
def test_whoever_has_a_former_number_is_merged_while_it_is_looked_up(
    service: Service, backend: str, merges: int
) -> None:
    people = [service.customer("A", former_numbers=["M-1"]), *map(service.customer, "BC")]

    def merging(goes: str, stays: str) -> Callable[[], object]:
        body = {"other_id": goes}
        return lambda: service.post(f"/v1/customers/{stays}/merge", body, status=200)

    acts = [merging(*pair) for pair in list(pairwise(people))[:merges]]
    with (
        service.database.engine.connect() as connection,
        after(connection, "FROM former_numbers", *acts) as done,
    ):
        found = find_by_text(connection, service.tenant, "M-1", service.clock())
    if backend == SQLITE:
        expected: Any = people[0]
    else:
        assert len(done) == merges
        expected = [people[0], people[1], UnknownCause.NOT_A_CARD][merges]
    named = str(found.customer.id) if isinstance(found, Found) else found
    assert named == expected
    assert service.scan("M-1")["customer"]["id"] == people[len(done)]


def test_a_membership_is_deleted_while_a_profile_is_read(service: Service, backend: str) -> None:
    customer, plan = service.customer(), service.plan("Gold")
    first, second = (service.member(plan, customer_id=customer) for _ in range(2))

    def vanish() -> None:
        here = Membership.organization_id == service.tenant.id, Membership.id == UUID(first)
        with arranging(service.database) as session:
            session.connection().execute(delete(Membership).where(*here))

    with after(service.database.engine, "UNION ALL", vanish) as done:
        shown = service.get(f"/v1/customers/{customer}")["memberships"]
    assert len(done) == 1
    periods = {each["id"]: len(each["periods"]) for each in shown}
    assert periods == {first: 1 if backend == SQLITE else 0, second: 1}
    assert [each["id"] for each in service.get(f"/v1/customers/{customer}")["memberships"]] == [
        second
    ]
