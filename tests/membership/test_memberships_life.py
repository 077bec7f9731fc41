"""What becomes of a membership: renewed, extended, ended, transferred; told and kept."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from membership.access import SESSION_PREFIX, Scope, digest
from membership.actors import ATTRIBUTION, Actor, ActorKind, Attribution
from membership.errors import Conflict, NotFound
from membership.memberships.schemas import NewMembership
from membership.memberships.service import assign
from membership.models import Event, Membership, MembershipSource, Role, StaffAccount, StaffSession
from tests.membership.support import NOON, Service

MONTH = {"length": {"unit": "month"}, "billing": {"unit": "month"}, "price_minor": 4900}
APRIL = "2027-04-09T22:00:00Z"


def monthly(service: Service, **sold: Any) -> str:
    """A membership of one month from NOON on; its last day is 9 April."""
    owner = sold or {"customer_id": service.customer()}
    return service.member(service.plan("Monthly", "area.pool", **MONTH), **owner)


def do(
    service: Service, membership: str, what: str, *, status: int = 200, **body: Any
) -> dict[str, Any]:
    """What a POST to a membership answers."""
    answer: dict[str, Any] = service.post(
        f"/v1/memberships/{membership}/{what}", body, status=status
    )
    return answer


def refused(service: Service, membership: str, what: str, **body: Any) -> str:
    """The code with which a POST to a membership is refused as a conflict."""
    return str(do(service, membership, what, status=409, **body)["code"])


def show(service: Service, membership: str) -> dict[str, Any]:
    """A membership as it is."""
    shown: dict[str, Any] = service.get(f"/v1/memberships/{membership}")
    return shown


def due(service: Service, membership: str) -> str | None:
    """The end that is still to be announced."""
    with service.database.readers.begin() as session:
        row = session.get_one(Membership, (service.tenant.id, UUID(membership)))
        at = row.expiry_due_at
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def events(service: Service, *subjects: str) -> list[tuple[str, dict[str, Any]]]:
    """What was told of things, in its order."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(Event.type, Event.data)
            .where(Event.organization_id == service.tenant.id, Event.subject_id.in_(subjects))
            .order_by(Event.seq)
        ).all()
    return [(row.type, row.data) for row in rows]


def names(service: Service, *subjects: str) -> list[str]:
    """The types of what was told of things."""
    return [name for name, _ in events(service, *subjects)]


def test_renewed_early_goes_on_from_the_end(service: Service) -> None:
    membership = monthly(service)
    before = show(service, membership)
    assert (before["ends_at"], before["last_day"]) == (APRIL, "2027-04-09")
    told = do(service, membership, "renew")
    assert told == {**before, "ends_at": "2027-05-09T22:00:00Z", "last_day": "2027-05-09"}
    assert due(service, membership) == "2027-05-09T22:00:00Z"
    name, data = events(service, membership)[-1]
    assert name == "membership.renewed"
    assert data == {
        "membership_id": membership,
        "customer_id": before["customer_id"],
        "plan_id": before["plan_id"],
        "starts_at": "2027-03-10T11:00:00+00:00",
        "ends_at": "2027-05-09T22:00:00+00:00",
        "last_day": "2027-05-09",
        "ended_early_at": None,
        "payment_overdue_since": None,
        "source": "api",
    }


def test_renewed_late_starts_at_the_payment_and_the_gap_is_no_membership(service: Service) -> None:
    customer = service.customer()
    membership = monthly(service, customer_id=customer)
    service.clock.advance(days=51)  # 30 April
    assert service.scan(customer)["outcome"] == "expired"
    told = do(service, membership, "renew", paid_at="2027-04-28T10:00:00Z")
    assert (told["starts_at"], told["ends_at"]) == ("2027-04-28T10:00:00Z", "2027-05-27T22:00:00Z")
    assert (told["status"], told["last_day"]) == ("active", "2027-05-27")
    assert due(service, membership) == told["ends_at"]
    # Nobody had announced the end before; it came nevertheless.
    assert names(service, membership) == [
        "membership.created",
        "membership.expired",
        "membership.renewed",
    ]
    entry = service.get(f"/v1/memberships/{membership}/history")["items"][-1]
    assert entry["before"]["starts_at"] == "2027-03-10T11:00:00+00:00"
    assert entry["before"]["last_day"] == "2027-04-09"
    assert entry["after"]["starts_at"] == "2027-04-28T10:00:00+00:00"
    # Set back into the gap, the clock finds no membership.
    service.clock.advance(days=-10)
    assert service.scan(customer)["outcome"] == "not_yet_started"


def test_a_payment_in_time_that_is_noted_late_leaves_no_gap(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=40)
    told = do(service, membership, "renew", paid_at="2027-04-09T21:59:59Z")
    assert (told["starts_at"], told["last_day"]) == ("2027-03-10T11:00:00Z", "2027-05-09")


def test_paid_at_the_very_end_is_late(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=40)
    told = do(service, membership, "renew", paid_at=APRIL)
    assert (told["starts_at"], told["last_day"]) == (APRIL, "2027-05-09")


def test_renewal_is_by_the_length_that_was_sold(service: Service) -> None:
    plan = service.plan("Monthly", **MONTH)
    membership = service.member(plan, customer_id=service.customer())
    service.patch(f"/v1/plans/{plan}", length={"unit": "year"}, price_minor=1, archived=True)
    told = do(service, membership, "renew")
    assert (told["last_day"], told["price_minor"]) == ("2027-05-09", 4900)
    assert told["length"] == {"unit": "month", "count": 1}


def test_what_cannot_be_renewed_or_extended(service: Service) -> None:
    plan = service.plan()
    open_ended = service.member(plan, customer_id=service.customer())
    assert refused(service, open_ended, "renew") == "membership_open"
    assert refused(service, open_ended, "extend", days=3) == "membership_open"
    up_to_a_day = service.member(plan, customer_id=service.customer(), last_day="2027-03-31")
    assert refused(service, up_to_a_day, "renew") == "length_missing"
    ended = monthly(service)
    do(service, ended, "end", at="2027-03-20T00:00:00Z")
    moved = monthly(service)
    do(service, moved, "transfer", status=201, plan_id=plan)
    for membership, code in (
        (ended, "membership_ended_early"),
        (moved, "membership_transferred"),
    ):
        before = show(service, membership)
        assert refused(service, membership, "renew") == code
        assert refused(service, membership, "extend", days=3) == code
        assert show(service, membership) == before
    fine = monthly(service)
    problem = do(service, fine, "renew", status=422, paid_at="2027-03-10T11:00:01Z")
    assert (problem["code"], problem["errors"][0]["field"]) == ("payment_to_come", "body.paid_at")


def test_extended_by_days_or_up_to_a_day(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(minutes=1)
    told = do(service, membership, "extend", days=14, why="Pool closed")
    assert (told["last_day"], told["ends_at"]) == ("2027-04-23", "2027-04-23T22:00:00Z")
    assert due(service, membership) == told["ends_at"]
    service.clock.advance(minutes=1)
    told = do(service, membership, "extend", last_day="2027-04-30")
    assert told["last_day"] == "2027-04-30"
    assert names(service, membership)[1:] == ["membership.extended"] * 2
    entry = service.get(f"/v1/memberships/{membership}/history")["items"][1]
    assert entry["action"] == "membership.extended"
    assert entry["before"] == {"ends_at": "2027-04-09T22:00:00+00:00", "last_day": "2027-04-09"}
    assert entry["after"]["why"] == "Pool closed"
    assert "Pool closed" not in str(events(service, membership))
    # A renewal goes on from the new end, as from an anchor.
    assert do(service, membership, "renew")["last_day"] == "2027-05-31"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"last_day": "2027-04-09"}, "body.last_day"),
        ({"last_day": "2027-04-08"}, "body.last_day"),
        ({"last_day": "1900-01-01"}, "body.last_day"),
        ({"last_day": "9999-12-31"}, "body.last_day"),
        ({"days": 0}, "body.days"),
        ({"days": -3}, "body.days"),
        ({"days": 36_601}, "body.days"),
        ({}, "body"),
        ({"days": 1, "last_day": "2027-05-01"}, "body"),
        ({"days": 1, "why": "x" * 501}, "body.why"),
    ],
)
def test_extensions_refused(service: Service, body: dict[str, Any], field: str) -> None:
    membership = monthly(service)
    before = show(service, membership)
    problem = do(service, membership, "extend", status=422, **body)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert show(service, membership) == before


def test_an_expired_membership_is_extended_only_into_the_future(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=36)  # 15 April
    assert do(service, membership, "extend", status=422, days=5)["code"] == "not_extended"
    told = do(service, membership, "extend", days=6)
    assert (told["status"], told["last_day"]) == ("active", "2027-04-15")
    assert told["starts_at"] == "2027-03-10T11:00:00Z"


def test_an_end_to_come_is_moved_and_taken_back(service: Service) -> None:
    membership = monthly(service)
    before = show(service, membership)
    path = f"/v1/memberships/{membership}/end"
    assert service.call("DELETE", path).json()["code"] == "no_end_planned"
    do(service, membership, "end", at="2027-03-20T00:00:00Z", why="Moving")
    assert due(service, membership) == "2027-03-20T00:00:00Z"
    do(service, membership, "end", at="2027-03-25T00:00:00Z", why="Moving later")
    assert due(service, membership) == "2027-03-25T00:00:00Z"
    answer = service.call("DELETE", path)
    assert (answer.status_code, answer.json()) == (200, before)
    assert due(service, membership) == APRIL
    do(service, membership, "end", at="2027-03-20T00:00:00Z")
    service.clock.advance(days=10)
    assert service.call("DELETE", path).json()["code"] == "membership_ended"
    assert names(service, membership)[1:4] == [
        "membership.ended",
        "membership.ended",
        "membership.end_withdrawn",
    ]


def test_ended_now_is_for_good_and_told_once(service: Service) -> None:
    customer = service.customer()
    membership = monthly(service, customer_id=customer)
    told = do(service, membership, "end", why="Asked for it")
    assert (told["status"], told["reason"]) == ("expired", "ended_early")
    assert due(service, membership) is None
    assert refused(service, membership, "end") == "membership_ended"
    assert service.call("DELETE", f"/v1/memberships/{membership}/end").status_code == 409
    service.clock.advance(days=-1)
    assert service.scan(customer)["outcome"] == "expired"
    assert (show(service, membership)["status"], refused(service, membership, "end")) == (
        "expired",
        "membership_ended",
    )
    (shown,) = service.get(f"/v1/customers/{customer}")["memberships"]
    assert (shown["status"], shown["reason"]) == ("expired", "ended_early")
    assert service.get("/v1/memberships", status="expired")["items"][0]["id"] == membership
    assert service.get("/v1/memberships", status="scheduled")["items"] == []
    assert names(service, membership) == ["membership.created", "membership.ended"]


@pytest.mark.parametrize("kind", ["customer", "company"])
def test_transferred_to_another_plan(service: Service, kind: str) -> None:
    customer = service.customer()
    owner = {"customer_id": customer}
    if kind == "company":
        company = service.company()
        service.link(company, customer)
        owner = {"company_id": company}
    former = monthly(service, **owner)
    gold = service.plan("Gold", "area.spa", length={"unit": "year"}, price_minor=99000)
    service.clock.advance(days=3)
    following = do(service, former, "transfer", status=201, plan_id=gold)
    assert following["previous_id"] == former
    assert (following["plan"], following["price_minor"]) == ("Gold", 99000)
    assert (following["starts_at"], following["last_day"]) == ("2027-03-13T11:00:00Z", "2028-03-12")
    assert {key: following[key] for key in owner} == owner
    ended = show(service, former)
    assert ended["ended_early_at"] == following["starts_at"]
    assert ended["ended_early_why"] == "Transferred to Gold"
    assert ended["status"] == "expired"
    answer = service.scan(customer)
    assert (answer["outcome"], answer["membership"]["plan"]) == ("active", "Gold")
    assert [each["key"] for each in answer["permissions"]] == ["area.spa"]
    assert refused(service, former, "transfer", plan_id=gold) == "membership_transferred"
    assert (due(service, former), due(service, following["id"])) == (None, following["ends_at"])
    told = events(service, former, following["id"])
    assert [name for name, _ in told] == [
        "membership.created",
        "membership.created",
        "membership.transferred",
    ]
    assert told[-1][1]["next_membership_id"] == following["id"]
    assert told[-1][1][f"{kind}_id"] == owner[f"{kind}_id"]


def test_transferred_at_an_instant_to_come_and_taken_back(service: Service) -> None:
    customer = service.customer()
    former, gold = monthly(service, customer_id=customer), service.plan("Gold")
    at = "2027-04-01T00:00:00Z"
    following = do(service, former, "transfer", status=201, plan_id=gold, at=at)
    assert (following["status"], following["reason"]) == (None, "scheduled")
    assert due(service, former) == at
    assert service.scan(customer)["membership"]["plan"] == "Monthly"
    path = f"/v1/memberships/{former}/end"
    for code in (
        refused(service, former, "transfer", plan_id=gold),
        refused(service, former, "end"),
        service.call("DELETE", path).json()["code"],
    ):
        assert code == "membership_transferred"
    do(service, following["id"], "end", why="Changed their mind")
    assert service.call("DELETE", path).json()["last_day"] == "2027-04-09"
    assert due(service, former) == APRIL
    assert do(service, former, "renew")["last_day"] == "2027-05-09"
    again = do(service, former, "transfer", status=201, plan_id=gold, at=at)
    service.clock.advance(days=30)
    assert service.scan(customer)["membership"]["id"] == again["id"]


def test_transferred_before_it_starts(service: Service) -> None:
    customer = service.customer()
    former = service.member(service.plan(), customer_id=customer, starts_on="2027-04-01")
    following = do(service, former, "transfer", status=201, plan_id=service.plan("Gold"))
    assert following["starts_at"] == "2027-03-31T22:00:00Z"
    assert (show(service, former)["status"], due(service, former)) == ("expired", None)
    service.clock.advance(days=40)
    assert service.scan(customer)["membership"]["plan"] == "Gold"


def test_transfers_refused(service: Service) -> None:
    gold = service.plan("Gold")
    membership = monthly(service)
    before = show(service, membership)
    for body, status, code in (
        ({"plan_id": str(uuid4())}, 404, "plan_not_found"),
        ({"plan_id": service.plan("Old", archived=True)}, 409, "plan_archived"),
        ({"plan_id": gold, "at": "2027-03-10T10:59:59Z"}, 422, "end_invalid"),
        ({"plan_id": gold, "at": APRIL}, 422, "end_invalid"),
        ({}, 422, "invalid_request"),
    ):
        assert do(service, membership, "transfer", status=status, **body)["code"] == code
    assert show(service, membership) == before
    do(service, membership, "end", at="2027-03-20T00:00:00Z")
    assert refused(service, membership, "transfer", plan_id=gold) == "membership_ended_early"
    service.clock.advance(days=40)
    assert refused(service, membership, "transfer", plan_id=gold) == "membership_ended"
    expired = monthly(service)
    service.clock.advance(days=40)
    assert refused(service, expired, "transfer", plan_id=gold) == "membership_ended"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "renew"),
        ("POST", "extend"),
        ("POST", "end"),
        ("DELETE", "end"),
        ("POST", "transfer"),
        ("PUT", "payment"),
        ("GET", "history"),
    ],
)
def test_memberships_of_others_are_not_found(service: Service, method: str, path: str) -> None:
    membership = monthly(service)
    other = service.fresh()
    bodies: dict[str, dict[str, Any]] = {
        "extend": {"days": 1},
        "transfer": {"plan_id": other.plan()},
        "payment": {"overdue_since": None},
    }
    for each in (membership, str(uuid4())):
        answer = other.call(method, f"/v1/memberships/{each}/{path}", json=bodies.get(path, {}))
        assert (answer.status_code, answer.json()["code"]) == (404, "membership_not_found")


def test_payment_is_told_once_and_changes_no_end(service: Service) -> None:
    membership = monthly(service)
    path = f"/v1/memberships/{membership}/payment"
    for since in ("2027-03-01T00:00:00Z", "2027-03-01T00:00:00Z", None):
        service.call("PUT", path, json={"overdue_since": since})
    told = events(service, membership)[1:]
    assert [name for name, _ in told] == ["membership.payment_changed"] * 2
    assert [data["payment_overdue_since"] for _, data in told] == [
        "2027-03-01T00:00:00+00:00",
        None,
    ]
    assert due(service, membership) == APRIL


HISTORY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("renew", {}),
    ("extend", {"days": 1}),
    ("end", {"why": "W"}),
)


def test_history_tells_who_did_what(service: Service) -> None:
    membership = monthly(service)
    for what, body in HISTORY:
        service.clock.advance(hours=1)
        do(service, membership, what, **body)
    told = service.get(f"/v1/memberships/{membership}/history")["items"]
    assert [each["action"] for each in told] == [
        "membership.created",
        "membership.renewed",
        "membership.extended",
        "membership.ended",
    ]
    assert {each["actor"]["kind"] for each in told} == {"api_key"}
    assert {each["actor"]["name"] for each in told} == {"everything"}
    assert told[3]["after"]["ended_early_why"] == "W"
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)
    paged: list[Any] = []
    place: dict[str, str] = {}
    while True:
        page = service.get(f"/v1/memberships/{membership}/history", limit=1, **place)
        paged += page["items"]
        if page["next_cursor"] is None:
            break
        place = {"cursor": page["next_cursor"]}
    assert paged == told


def test_listed_by_owner_plan_source_and_status(service: Service) -> None:
    customer, company, plan = service.customer(), service.company(), service.plan()
    running = service.member(plan, customer_id=customer)
    coming = service.member(plan, customer_id=customer, starts_on="2027-04-01")
    other_plan = service.plan("Other")
    over = service.member(other_plan, company_id=company, last_day="2027-03-10")
    service.clock.advance(days=1)
    ended = service.member(other_plan, company_id=company)
    do(service, ended, "end")

    def listed(**wanted: str) -> set[str]:
        return {each["id"] for each in service.get("/v1/memberships", **wanted)["items"]}

    assert listed(status="active") == {running}
    assert listed(status="scheduled") == {coming}
    assert listed(status="expired") == {over, ended}
    assert listed(plan_id=other_plan) == {over, ended}
    assert listed(plan_id=plan, status="expired") == set()
    assert listed(customer_id=customer) == {running, coming}
    assert listed(source="api", company_id=company) == {over, ended}
    assert listed(source="staff") == set()
    assert service.call("GET", "/v1/memberships", params={"status": "gone"}).status_code == 422


def signed_in(service: Service) -> str:
    """The token of a session of a member of staff."""
    token = SESSION_PREFIX + uuid4().hex
    staff_id = uuid4()
    with service.database.writers.begin() as session:
        session.add(
            StaffAccount(
                organization_id=service.tenant.id,
                id=staff_id,
                email="desk@example.com",
                email_key="desk@example.com",
                name="Dana Desk",
                role=Role.RECEPTION,
                created_at=NOON,
            )
        )
        session.flush()
        session.add(
            StaffSession(
                organization_id=service.tenant.id,
                id=uuid4(),
                staff_id=staff_id,
                digest=digest(token),
                created_at=NOON,
                last_used_at=NOON,
                expires_at=NOON.replace(year=2028),
            )
        )
    return token


def test_source_and_actor_are_those_of_the_caller(service: Service) -> None:
    body = {"plan_id": service.plan(), "customer_id": service.customer()}
    by_key = service.post("/v1/memberships", body)
    answer = service.call("POST", "/v1/memberships", json=body, key=signed_in(service))
    assert answer.status_code == 201, answer.text
    by_staff = answer.json()
    assert (by_key["source"], by_key["actor"]["kind"]) == ("api", "api_key")
    assert (by_staff["source"], by_staff["actor"]["kind"]) == ("staff", "staff")
    assert by_staff["actor"]["name"] == "Dana Desk"
    assert show(service, by_staff["id"]) == by_staff
    (entry,) = service.get(f"/v1/memberships/{by_staff['id']}/history")["items"]
    assert entry["actor"] == by_staff["actor"]


Sell = Callable[[Actor, MembershipSource | None, str, str], UUID]


@pytest.fixture
def sell(service: Service) -> Sell:
    """Assigns as a service does that is no route."""

    def sell(actor: Actor, source: MembershipSource | None, plan: str, customer: str) -> UUID:
        new = NewMembership(plan_id=UUID(plan), customer_id=UUID(customer))
        with service.database.writers.begin() as session:
            session.info[ATTRIBUTION] = Attribution(actor, NOON)
            return assign(session, service.tenant, new, NOON, actor=actor, source=source).id

    return sell


def test_public_signup_assigns_with_the_customer_as_actor(service: Service, sell: Sell) -> None:
    customer = service.customer()
    actor = Actor(ActorKind.CUSTOMER, "Amara", UUID(customer))
    plan = service.plan("Public", public=True)
    told = show(service, str(sell(actor, MembershipSource.SIGNUP, plan, customer)))
    assert (told["source"], told["customer_id"]) == ("signup", customer)
    assert told["actor"] == {"kind": "customer", "id": customer, "name": "Amara"}
    assert service.scan(customer)["outcome"] == "active"
    with pytest.raises(Conflict) as caught:
        sell(actor, MembershipSource.SIGNUP, service.plan("Private"), customer)
    assert caught.value.code == "plan_not_public"
    with pytest.raises(Conflict) as caught:
        sell(actor, None, plan, service.customer("Bela"))
    assert caught.value.code == "signup_for_another"
    with pytest.raises(NotFound):
        sell(actor, MembershipSource.SIGNUP, str(uuid4()), customer)
    assert len(service.get("/v1/memberships")["items"]) == 1


def test_an_import_keeps_who_started_it(service: Service, sell: Sell) -> None:
    manager = Actor(ActorKind.STAFF, "Mia", uuid4())
    sold = sell(manager, MembershipSource.IMPORT, service.plan(), service.customer())
    told = show(service, str(sold))
    assert (told["source"], told["actor"]["name"]) == ("import", "Mia")


def test_who_may_only_read_changes_nothing(service: Service) -> None:
    membership = monthly(service)
    key = service.key_with(Scope.MEMBERSHIPS_READ)
    for what, body in (("renew", {}), ("extend", {"days": 1}), ("end", {})):
        path = f"/v1/memberships/{membership}/{what}"
        assert service.call("POST", path, json=body, key=key).status_code == 403
    assert service.call("GET", f"/v1/memberships/{membership}/history", key=key).status_code == 200


@pytest.mark.parametrize(
    ("what", "body"), [("renew", {}), ("extend", {"days": 2}), ("transfer", {})]
)
def test_one_key_for_two_memberships_is_two_requests(
    service: Service, what: str, body: dict[str, Any]
) -> None:
    first, second = monthly(service), monthly(service)
    if what == "transfer":
        body = {"plan_id": service.plan("Gold")}
    headers = {"Idempotency-Key": "k"}

    def send(membership: str) -> tuple[int, Any]:
        path = f"/v1/memberships/{membership}/{what}"
        answer = service.call("POST", path, json=body, headers=headers)
        return answer.status_code, answer.json()

    done = send(first)
    assert done[0] in {200, 201}
    assert send(first) == done
    assert (send(second)[0], send(second)[1]["code"]) == (409, "idempotency_key_reused")
    assert len(names(service, first)) == 2
