"""Lists of more items than a page has: all can be had, and the count is true."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api_client.management import ManagementClient
from api_client.pages import fetch_all
from membership.members.companies.linking import link_customer
from membership.members.companies.schemas import NewCompany
from membership.members.companies.service import create_company
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.service import assign
from membership.members.plans.schemas import NewPlan
from membership.members.plans.service import create_plan
from membership.store.models import Card
from membership.wallet.designs.service import create_design
from membership.wallet.designs.standard import standard_design
from passes.codes.barcode import new_card_code
from tests.membership.conftest import SQLITE
from tests.membership.support import NOON, Service, arranging

MANY = 104


@pytest.fixture(scope="module")
def backend() -> str:
    """SQLite: pages are tested on both databases with the lists, and many rows take long."""
    return SQLITE


@pytest.fixture
def client(service: Service) -> Iterator[ManagementClient]:
    made = ManagementClient(service.url, service.key, deadline_s=60)
    yield made
    made.close()


def test_people_of_a_company(service: Service, client: ManagementClient) -> None:
    company = service.company(seat_cap=102)
    people = []
    with arranging(service.database) as session:
        for number in range(MANY):
            new = NewCustomer(given_name=f"P{number}")
            customer = create_customer(session, service.tenant, new, NOON)
            linked_at = NOON + timedelta(seconds=number)
            link_customer(session, service.tenant.id, UUID(company), customer.id, linked_at)
            people.append(str(customer.id))
    service.clock.advance(seconds=MANY)
    first = client.people_of(UUID(company))
    assert (len(first.items), first.total) == (100, MANY)
    second = client.people_of(UUID(company), first.next_cursor)
    assert (len(second.items), second.next_cursor, second.total) == (MANY - 100, None, None)
    found = fetch_all(lambda cursor: client.people_of(UUID(company), cursor))
    assert [str(each.customer.id) for each in found.items] == people
    assert [each.has_seat for each in found.items].count(True) == 102
    assert (found.complete, found.total) == (True, MANY)
    some = fetch_all(lambda cursor: client.people_of(UUID(company), cursor), 50)
    assert (len(some.items), some.complete, some.total) == (50, False, MANY)
    service.unlink(company, people[0])
    assert client.people_of(UUID(company)).total == MANY - 1
    assert client.company(UUID(company)).customers == MANY - 1


def test_plans(service: Service, client: ManagementClient) -> None:
    names = sorted(f"Plan {number:03}" for number in range(MANY))
    with arranging(service.database) as session:
        for name in names:
            create_plan(session, service.tenant, NewPlan(name=name), NOON)
    assert (len(client.plans().items), client.plans().total) == (100, MANY)
    found = fetch_all(client.plans)
    assert [each.name for each in found.items] == names
    assert (found.complete, found.total) == (True, MANY)
    assert service.get("/v1/plans", archived=True)["total"] == 0


def test_companies(service: Service, client: ManagementClient) -> None:
    with arranging(service.database) as session:
        for name in [*(f"North {number:03}" for number in range(MANY)), "South"]:
            create_company(session, service.tenant, NewCompany(name=name), NOON)
    assert client.companies("").total == MANY + 1
    found = fetch_all(lambda cursor: client.companies("nor", cursor))
    assert (len(found.items), found.complete, found.total) == (MANY, True, MANY)
    assert client.companies("nor").total == MANY
    assert client.companies("south").total == 1
    assert client.companies("!").total == 0


def test_designs_cards_and_memberships_are_all_there(
    service: Service, client: ManagementClient
) -> None:
    customer, plan = service.customer(), service.plan()
    sold = NewMembership(plan_id=UUID(plan), customer_id=UUID(customer))
    with arranging(service.database) as session:
        for number in range(MANY):
            create_design(
                session, service.tenant, key=f"design-{number}", name=f"D {number}",
                design=standard_design(), now=NOON,
            )  # fmt: skip
            session.add(
                Card(
                    organization_id=service.tenant.id, id=uuid4(), customer_id=UUID(customer),
                    code=new_card_code().text, label="", issued_at=NOON, static_since=NOON,
                )
            )  # fmt: skip
            assign(session, service.tenant, sold, NOON)
    assert len(client.designs().items) == MANY
    assert len(client.cards_of(UUID(customer)).items) == MANY
    profile = client.customer(UUID(customer))
    assert (len(profile.cards), len(profile.memberships)) == (MANY, MANY)


def test_visits_of_a_customer(service: Service, client: ManagementClient) -> None:
    customer, other = service.customer(), service.customer()
    code = service.card(customer)["code"]
    made = []
    for _ in range(MANY):
        service.clock.advance(minutes=1)
        made.append(uuid4())
        service.scan(code, made[-1])
    service.scan(service.card(other)["code"])
    client.undo_visit(made[0])
    newest = made[::-1]
    profile = client.customer(UUID(customer))
    assert [each.id for each in profile.visits] == newest[:20]
    assert profile.visits_total == MANY
    more = client.visits_of(UUID(customer), profile.visits_cursor)
    assert [each.id for each in more.items] == newest[20:]
    found = fetch_all(lambda cursor: client.visits_of(UUID(customer), cursor))
    assert [each.id for each in found.items] == newest
    assert (found.complete, found.total) == (True, MANY)
    assert client.visits_of(UUID(customer)).total == MANY
    alone = client.customer(UUID(other))
    assert (alone.visits_total, alone.visits_cursor) == (1, None)
    assert service.get("/v1/visits")["total"] is None
    unknown = service.call("GET", "/v1/visits", params={"customer_id": str(uuid4())})
    assert unknown.json()["code"] == "customer_not_found"


def test_a_merged_customer_leads_to_the_visits_of_the_one_who_stayed(
    service: Service, client: ManagementClient
) -> None:
    stays, merged = service.customer(), service.customer()
    service.scan(service.card(merged)["code"])
    service.post(f"/v1/customers/{stays}/merge", {"other_id": merged}, status=200)
    assert client.visits_of(UUID(merged)) == client.visits_of(UUID(stays))
    assert client.visits_of(UUID(merged)).total == 1
