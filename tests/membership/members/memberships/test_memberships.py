"""Plans and memberships: sold terms, periods, early ends, what a plan edit does not reach."""

from datetime import date, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from api_client.messages.management import IntervalUnit
from membership.rules.periods import Interval, renew
from membership.store.models import Membership
from tests.membership.support import Service


def test_sold_terms_outlive_plan_edits(service: Service) -> None:
    plan = service.plan(
        "Gold", "area.pool", price_minor=4900, billing={"unit": "month"}, length={"unit": "year"}
    )
    customer = service.customer()
    membership = service.member(plan, customer_id=customer)
    before = service.get(f"/v1/memberships/{membership}")
    service.patch(
        f"/v1/plans/{plan}",
        name="Platinum",
        price_minor=9900,
        billing=None,
        permissions=[{"key": "area.pool", "label": "Big pool"}, {"key": "vip", "label": "VIP"}],
        archived=True,
    )
    assert service.get(f"/v1/memberships/{membership}") == before
    assert before["plan"] == "Gold"
    assert (before["price_minor"], before["currency"]) == (4900, "EUR")
    assert before["billing"] == {"unit": "month", "count": 1}
    answer = service.scan(customer)
    assert answer["membership"]["plan"] == "Gold"
    assert answer["permissions"] == [{"key": "area.pool", "label": "AREA.POOL"}]


@pytest.mark.parametrize(
    ("plan", "sold", "period"),
    [
        ({}, {}, ("2027-03-10T11:00:00Z", None, None)),
        (
            {"length": {"unit": "day"}},
            {},
            ("2027-03-10T11:00:00Z", "2027-03-10T23:00:00Z", "2027-03-10"),
        ),
        (
            {"length": {"unit": "week", "count": 10}},
            {"starts_on": "2027-03-15"},
            ("2027-03-14T23:00:00Z", "2027-05-23T22:00:00Z", "2027-05-23"),
        ),
        (
            {"length": {"unit": "month"}},
            {"starts_on": "2027-01-31"},
            ("2027-01-30T23:00:00Z", "2027-02-27T23:00:00Z", "2027-02-27"),
        ),
        (
            {"length": {"unit": "year"}},
            {"starts_at": "2027-01-01T10:00:00+05:30", "last_day": "2027-06-30"},
            ("2027-01-01T04:30:00Z", "2027-06-30T22:00:00Z", "2027-06-30"),
        ),
    ],
)
def test_periods(
    service: Service,
    plan: dict[str, object],
    sold: dict[str, str],
    period: tuple[str, str | None, str | None],
) -> None:
    membership = service.member(
        service.plan("Plan", **plan), customer_id=service.customer(), **sold
    )
    told = service.get(f"/v1/memberships/{membership}")
    assert (told["starts_at"], told["ends_at"], told["last_day"]) == period
    assert told["time_zone"] == "Europe/Berlin"
    assert told["source"] == "api"


def test_renewals_can_be_counted_from_the_anchor(service: Service) -> None:
    plan = service.plan("Monthly", billing={"unit": "month"}, length={"unit": "month"})
    sold = service.member(plan, customer_id=service.customer(), starts_on="2027-01-31")
    zone, monthly = ZoneInfo("Europe/Berlin"), Interval(IntervalUnit.MONTH)
    with service.database.readers.begin() as session:
        row = session.get_one(Membership, (service.tenant.id, UUID(sold)))
        assert (row.anchor_day, row.period_number) == (date(2027, 1, 31), 1)
        assert row.ends_at is not None
        assert row.period_number is not None
        last_days = [row.last_day]
        ends_at, anchor, number = row.ends_at, row.anchor_day, row.period_number
        for _ in range(3):
            paid = ends_at - timedelta(days=1)
            renewal = renew(ends_at, paid, monthly, zone, anchor=anchor, number=number)
            assert renewal.period.ends_at is not None
            ends_at, anchor, number = renewal.period.ends_at, renewal.anchor, renewal.number
            last_days.append(renewal.period.last_day)
    told = [day.isoformat() for day in last_days if day is not None]
    assert told == ["2027-02-27", "2027-03-30", "2027-04-29", "2027-05-30"]


@pytest.mark.parametrize(
    ("sold", "field"),
    [
        ({"last_day": "2027-03-09"}, "body.last_day"),
        ({"last_day": "9999-12-31"}, "body.last_day"),
        ({"starts_on": "0001-01-01"}, "body.starts_at"),
        ({"starts_at": "2027-03-10T11:00:00"}, "body.starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "body.starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, "body.starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "body.starts_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "body.starts_at"),
        ({"starts_on": "2027-03-10", "starts_at": "2027-03-10T11:00:00Z"}, "body"),
        ({"company_id": "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10"}, "body"),
    ],
)
def test_impossible_sales_are_refused(service: Service, sold: dict[str, str], field: str) -> None:
    customer = service.customer()
    body = {"plan_id": service.plan(), "customer_id": customer, **sold}
    problem = service.post("/v1/memberships", body, status=422)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert service.get(f"/v1/customers/{customer}")["memberships"] == []


def test_without_an_owner(service: Service) -> None:
    problem = service.post("/v1/memberships", {"plan_id": service.plan()}, status=422)
    assert problem["errors"][0]["field"] == "body"


def test_archived_plan_is_not_sold(service: Service) -> None:
    plan = service.plan("Old", archived=True)
    body = {"plan_id": plan, "customer_id": service.customer()}
    assert service.post("/v1/memberships", body, status=409)["code"] == "plan_archived"
    service.patch(f"/v1/plans/{plan}", archived=False)
    service.post("/v1/memberships", body)


def test_owners_and_plans_of_others_are_not_found(service: Service) -> None:
    plan, customer, company = service.plan(), service.customer(), service.company()
    membership = service.member(plan, customer_id=customer)
    other = service.fresh()
    own = other.plan()
    for body, code in (
        ({"plan_id": plan, "customer_id": other.customer()}, "plan_not_found"),
        ({"plan_id": own, "customer_id": customer}, "customer_not_found"),
        ({"plan_id": own, "company_id": company}, "company_not_found"),
        ({"plan_id": str(uuid4()), "company_id": company}, "plan_not_found"),
    ):
        assert other.post("/v1/memberships", body, status=404)["code"] == code
    for method, path, code in (
        ("GET", f"/v1/memberships/{membership}", "membership_not_found"),
        ("POST", f"/v1/memberships/{membership}/end", "membership_not_found"),
        ("GET", f"/v1/plans/{plan}", "plan_not_found"),
        ("PATCH", f"/v1/plans/{plan}", "plan_not_found"),
    ):
        answer = other.call(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert other.get("/v1/memberships")["items"] == []


def test_end_with_notice(service: Service) -> None:
    customer = service.customer()
    membership = service.member(service.plan(), customer_id=customer)
    ended = {"why": "moving", "at": "2027-03-12T11:00:00Z"}
    told = service.post(f"/v1/memberships/{membership}/end", ended, status=200)
    assert (told["status"], told["ended_early_at"]) == ("active", "2027-03-12T11:00:00Z")
    service.clock.advance(days=2)
    assert service.scan(customer)["outcome"] == "expired"
    problem = service.post(f"/v1/memberships/{membership}/end", status=409)
    assert problem["code"] == "membership_ended"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2027-03-10T10:59:59Z", "past"),
        ("2027-03-11T00:00:00Z", "starts"),
        ("2027-04-30T22:00:00Z", "sold"),
        ("2027-06-01T00:00:00Z", "sold"),
    ],
)
def test_end_outside_the_period(service: Service, at: str, told: str) -> None:
    customer = service.customer()
    sold = {"starts_on": "2027-04-01", "last_day": "2027-04-30"}
    membership = service.member(service.plan(), customer_id=customer, **sold)
    before = service.get(f"/v1/memberships/{membership}")
    problem = service.post(f"/v1/memberships/{membership}/end", {"at": at}, status=422)
    assert (problem["code"], problem["errors"][0]["field"]) == ("end_invalid", "body.at")
    assert told in problem["errors"][0]["message"]
    assert service.get(f"/v1/memberships/{membership}") == before
    within = {"at": "2027-04-30T21:59:59Z"}
    service.post(f"/v1/memberships/{membership}/end", within, status=200)


def test_withdrawn_before_it_starts(service: Service) -> None:
    customer = service.customer()
    membership = service.member(service.plan(), customer_id=customer, starts_on="2027-04-01")
    told = service.post(f"/v1/memberships/{membership}/end", status=200)
    assert (told["status"], told["reason"]) == ("expired", "ended_early")
    service.clock.advance(days=60)
    assert service.scan(customer)["outcome"] == "expired"


def test_payment_overdue_and_paid(service: Service) -> None:
    membership = service.member(service.plan(), customer_id=service.customer())
    path = f"/v1/memberships/{membership}/payment"
    answer = service.call("PUT", path, json={"overdue_since": "2027-03-01T00:00:00Z"})
    assert answer.json()["reason"] == "payment_overdue"
    answer = service.call("PUT", path, json={"overdue_since": None})
    assert (answer.json()["status"], answer.json()["reason"]) == ("active", None)
    assert service.call("PUT", path, json={}).status_code == 422


@pytest.mark.parametrize(
    "at",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59Z",
    ],
)
def test_instants_at_the_edge_of_the_calendar(service: Service, at: str) -> None:
    customer = service.customer()
    membership = service.member(service.plan(), customer_id=customer)
    path = f"/v1/memberships/{membership}"
    overdue = service.call("PUT", f"{path}/payment", json={"overdue_since": at})
    assert overdue.status_code == 422
    assert overdue.json()["errors"][0]["field"] == "body.overdue_since"
    ended = service.post(f"{path}/end", {"at": at}, status=422)
    assert ended["errors"][0]["field"] == "body.at"
    assert service.scan(customer)["outcome"] == "active"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("at", ["9999-12-29T00:00:00Z", "0001-01-03T00:00:00Z"])
def test_instants_just_inside_the_calendar(service: Service, zone: str, at: str) -> None:
    club = service.fresh(time_zone=zone)
    customer, plan = club.customer(), club.plan()
    club.member(plan, customer_id=customer, starts_at=at)
    ending = club.member(plan, customer_id=customer)
    if at > "2027":
        club.post(f"/v1/memberships/{ending}/end", {"at": at}, status=200)
    assert club.scan(customer)["outcome"] == "active"
    assert club.get(f"/v1/customers/{customer}")["outcome"] == "active"


def test_list_memberships(service: Service) -> None:
    plan, customer, company = service.plan(), service.customer(), service.company()
    own = {service.member(plan, customer_id=customer) for _ in range(3)}
    corporate = service.member(plan, company_id=company)
    listed, cursor = set(), None
    while True:
        page = service.get("/v1/memberships", limit=2, **({"cursor": cursor} if cursor else {}))
        listed |= {each["id"] for each in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed == own | {corporate}
    ids = {each["id"] for each in service.get("/v1/memberships", customer_id=customer)["items"]}
    assert ids == own
    (sold,) = service.get("/v1/memberships", company_id=company)["items"]
    assert sold["id"] == corporate


def test_plans_are_listed_by_name_with_permissions_in_order(service: Service) -> None:
    service.plan("Standard", "web.members")
    gold = service.plan("Gold", "web.members", "area.pool", public=True, price_minor=100)
    page = service.get("/v1/plans", limit=1)
    assert page["items"] == [service.get(f"/v1/plans/{gold}")]
    keys = [each["key"] for each in page["items"][0]["permissions"]]
    assert keys == ["web.members", "area.pool"]
    rest = service.get("/v1/plans", limit=1, cursor=page["next_cursor"])
    assert [each["name"] for each in rest["items"]] == ["Standard"]
    known = [each["key"] for each in service.get("/v1/permissions")["items"]]
    assert known == ["area.pool", "web.members"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.name"),
        ({"name": "P", "price_minor": -1}, "body.price_minor"),
        ({"name": "P", "currency": "euro"}, "body.currency"),
        ({"name": "P", "currency": "XXZ"}, "body.currency"),
        ({"name": "P", "length": {"unit": "month", "count": 0}}, "body.length.count"),
        ({"name": "P", "billing": {"unit": "decade"}}, "body.billing.unit"),
        ({"name": "P", "permissions": [{"key": "A B", "label": "x"}]}, "body.permissions.0.key"),
        (
            {"name": "P", "permissions": [{"key": "a", "label": "x"}, {"key": "a", "label": "y"}]},
            "body.permissions",
        ),
    ],
)
def test_plans_refused(service: Service, body: dict[str, object], field: str) -> None:
    problem = service.post("/v1/plans", body, status=422)
    assert [each["field"] for each in problem["errors"]] == [field]


def test_card_is_revoked_once_and_for_good(service: Service) -> None:
    issued = service.card(service.customer())
    path = f"/v1/cards/{issued['card']['id']}/revoke"
    first = service.post(path, status=200)
    service.clock.advance(minutes=5)
    assert service.post(path, status=200) == first
    assert service.fresh().post(path, status=404)["code"] == "card_not_found"
