"""What anybody can make opens no door: a number, an id, a link; unless the club says so."""

from typing import Any
from uuid import uuid4

import pytest

from membership.base.scopes import Scope
from tests.membership.checkin.scans.test_named_only import Member, make_member
from tests.membership.support import Service

POOL = "area.pool"
NAMES = ("number", "customer_id", "install_link")


@pytest.fixture
def member(service: Service) -> Member:
    """A member who may use the pool."""
    made = make_member(service)
    service.member(service.plan("Pool", POOL), customer_id=made.id)
    return made


def answers(service: Service, text: str) -> tuple[Any, Any, Any, Any]:
    """One text asked in every way that takes one."""
    key = service.key_with(Scope.PERMISSIONS_READ)
    asked = {"card": text}
    return (
        service.call("GET", f"/v1/access/{POOL}", key=key, params=asked).json(),
        service.call("GET", "/v1/access", key=key, params=asked).json(),
        service.call("POST", "/v1/access", key=key, json=asked).json(),
        service.call("POST", "/v1/access", key=key, json={**asked, "keys": [POOL, "x"]}).json(),
    )


def assert_opens(service: Service, member: Member, text: str) -> None:
    """Show that every way to ask grants what the member has."""
    one, everything, sent, keys = answers(service, text)
    assert (one["granted"], one["reason"], one["customer_id"]) == (True, None, member.id), text
    for listed in (everything, sent):
        assert [each["key"] for each in listed["items"]] == [POOL], text
        assert listed["reason"] is None
    assert [each["granted"] for each in keys["items"]] == [True, False]


def assert_only_names(service: Service, member: Member, text: str) -> None:
    """Show that every way to ask tells who it is, grants nothing, and says why."""
    one, everything, sent, keys = answers(service, text)
    assert one["customer_id"] == member.id, text
    assert (one["granted"], one["reason"]) == (False, "by_number"), text
    assert (one["until"], one["via"]) == (None, []), text
    for listed in (everything, sent):
        assert (listed["customer_id"], listed["reason"]) == (member.id, "by_number"), text
        assert (listed["items"], listed["until"]) == ([], None), text
    assert (keys["customer_id"], keys["reason"]) == (member.id, "by_number"), text
    why = [(each["granted"], each["reason"]) for each in keys["items"]]
    assert why == [(False, "by_number"), (False, "not_held")], text


def test_what_only_names_opens_nothing_and_says_so(service: Service, member: Member) -> None:
    for named_by, texts in member.texts().items():
        for text in texts:
            check = assert_only_names if named_by in NAMES else assert_opens
            check(service, member, text)


def test_a_club_may_let_numbers_open_doors(service: Service, member: Member) -> None:
    service.patch("/v1/organization", numbers_prove=True)
    for texts in member.texts().values():
        for text in texts:
            assert_opens(service, member, text)
    other = service.fresh()  # the setting is of one club
    stranger = make_member(other)
    other.member(other.plan("Pool", POOL), customer_id=stranger.id)
    assert_only_names(other, stranger, stranger.number)
    service.patch("/v1/organization", numbers_prove=False)
    assert_only_names(service, member, member.number)


def test_a_former_number_and_id_open_nothing_either(service: Service, member: Member) -> None:
    stays = make_member(service)
    service.member(service.plan("Pool 2", POOL), customer_id=stays.id)
    service.post(f"/v1/customers/{stays.id}/merge", {"other_id": member.id}, status=200)
    for named_by, texts in member.texts().items():
        if named_by in NAMES:
            assert_only_names(service, stays, texts[0])
        else:
            one = answers(service, texts[0])[0]
            assert (one["granted"], one["customer_id"]) == (True, stays.id)


def test_who_knows_whom_it_asks_about_asks_as_before(service: Service, member: Member) -> None:
    service.patch(f"/v1/customers/{member.id}", email="amara@example.com")
    for who in (
        {"customer_id": member.id},
        {"number": member.number},
        {"email": "amara@example.com"},
    ):
        assert service.get(f"/v1/access/{POOL}", **who)["granted"] is True, who
        assert [each["key"] for each in service.get("/v1/access", **who)["items"]] == [POOL]
    assert service.get(f"/v1/customers/{member.id}/permissions/{POOL}")["granted"] is True


@pytest.mark.parametrize(
    ("state", "last_day", "reason"),
    [("banned", None, "customer_banned"), ("active", "2027-03-10", "expired")],
    ids=["banned", "expired"],
)
def test_who_is_refused_anyway_is_refused_as_before(
    service: Service, state: str, last_day: str | None, reason: str
) -> None:
    customer = service.customer(state=state)
    service.member(service.plan(f"Pool {uuid4()}", POOL), customer_id=customer, last_day=last_day)
    service.clock.advance(days=2)
    told = service.get(f"/v1/access/{POOL}", card=customer)
    assert (told["granted"], told["reason"]) == (False, reason)


def test_what_opens_nothing_is_kept_no_longer_than_a_minute(
    service: Service, member: Member
) -> None:
    answer = service.call("GET", f"/v1/access/{POOL}", params={"card": member.number})
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    service.patch("/v1/organization", numbers_prove=True)
    again = service.call(
        "GET",
        f"/v1/access/{POOL}",
        params={"card": member.number},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.json()["granted"]) == (200, True)
