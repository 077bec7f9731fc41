"""Who sold a membership and who changed it: sources, history, lists, payments, repeats."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.scopes import Scope
from membership.members.memberships.expiry_sweeper import sweep
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.service import assign
from membership.store.models import MembershipSource, Role, StaffAccount, StaffSession
from membership.web.access import SESSION_PREFIX, digest
from membership.web.errors import Conflict, NotFound
from tests.membership.job_context import work_of
from tests.membership.sales import APRIL, do, due, events, monthly, names, show
from tests.membership.support import NOON, Service, arranging


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


def test_an_end_that_was_announced_is_not_announced_again(service: Service) -> None:
    membership = monthly(service)
    service.clock.advance(days=40)
    while sweep(work_of(service)):
        pass
    assert due(service, membership) is None
    path = f"/v1/memberships/{membership}/payment"
    service.call("PUT", path, json={"overdue_since": "2027-04-01T00:00:00Z"})
    assert due(service, membership) is None
    do(service, membership, "renew")
    assert names(service, membership) == [
        "membership.created",
        "membership.expired",
        "membership.payment_changed",
        "membership.renewed",
    ]


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
    with arranging(service.database) as session:
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
        with service.database.writing(actor, NOON) as (session, _):
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
