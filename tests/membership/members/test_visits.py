"""Visits: listed newest first, undone, counted by the organization's local day; the desk."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.membership.support import Service


def test_list_newest_first_in_pages(service: Service) -> None:
    customer = service.customer("Amara", family_name="Okafor")
    scanned = []
    for _ in range(5):
        service.clock.advance(minutes=1)
        scanned.append(service.scan(customer)["visit_id"])
    first = service.get("/v1/visits", limit=2)
    second = service.get("/v1/visits", limit=2, cursor=first["next_cursor"])
    last = service.get("/v1/visits", limit=2, cursor=second["next_cursor"])
    listed = [each["id"] for page in (first, second, last) for each in page["items"]]
    assert listed == scanned[::-1]
    assert last["next_cursor"] is None
    visit = first["items"][0]
    assert visit["name"] == "Amara Okafor"
    assert visit["number"] == "C-000001"
    assert visit["outcome"] == "no_membership"
    assert visit["undone_at"] is None


def test_visits_of_the_same_instant_are_all_listed(service: Service) -> None:
    customer = service.customer()
    scanned = {service.scan(customer)["visit_id"] for _ in range(5)}
    listed, cursor = [], None
    while True:
        page = service.get("/v1/visits", limit=2, **({"cursor": cursor} if cursor else {}))
        listed += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(listed) == 5
    assert set(listed) == scanned


def test_undo(service: Service) -> None:
    customer = service.customer()
    visit = service.scan(customer)["visit_id"]
    service.clock.advance(minutes=1)
    undone = service.post(f"/v1/visits/{visit}/undo", status=200)
    assert undone["undone_at"] == "2027-03-10T11:01:00Z"
    service.clock.advance(minutes=1)
    assert service.post(f"/v1/visits/{visit}/undo", status=200) == undone
    assert service.get("/v1/desk")["visits_today"] == 0
    assert service.get("/v1/visits")["items"] == [undone]
    assert service.scan(customer)["visits"] == {"today": 1, "total": 1, "previous_at": None}


def test_undo_of_what_is_not_ours(service: Service) -> None:
    visit = service.scan(service.customer())["visit_id"]
    assert service.post(f"/v1/visits/{uuid4()}/undo", status=404)["code"] == "visit_not_found"
    other = service.fresh()
    assert other.post(f"/v1/visits/{visit}/undo", status=404)["code"] == "visit_not_found"
    assert service.get("/v1/visits")["items"][0]["undone_at"] is None


def test_desk(service: Service) -> None:
    service.scan(service.customer())
    service.scan("unknown")
    desk = service.get("/v1/desk")
    assert desk.pop("version")
    assert desk == {
        "organization": service.tenant.name,
        "slug": service.tenant.slug,
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "code_formats": ["QRCode", "Aztec", "PDF417", "Code128", "EAN13"],
        "demo": False,
        "visits_today": 1,
        "has_accounts": False,
        "server_time": "2027-03-10T11:00:00Z",
    }


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        # Berlin's midnight is 23:00 UTC in winter, Auckland's 11:00 UTC in summer.
        ("Europe/Berlin", datetime(2027, 3, 10, 22, 59, 59, tzinfo=UTC), 1),
        ("Pacific/Auckland", datetime(2027, 3, 10, 10, 59, 59, tzinfo=UTC), 1),
        # In Cairo 30 April 2027 begins at 01:00: its midnight is skipped.
        ("Africa/Cairo", datetime(2027, 4, 29, 21, 59, 59, tzinfo=UTC), 1),
    ],
)
def test_today_begins_at_local_midnight(
    service: Service, zone: str, before: datetime, after: int
) -> None:
    club = service.fresh(time_zone=zone)
    customer = club.customer()
    club.clock.now = before
    assert club.scan(customer)["visits"]["today"] == 1
    assert club.get("/v1/desk")["visits_today"] == 1
    club.clock.advance(seconds=after)
    assert club.get("/v1/desk")["visits_today"] == 0
    answer = club.scan(customer)
    assert answer["visits"]["today"] == 1
    assert answer["visits"]["total"] == 2
    assert datetime.fromisoformat(answer["visits"]["previous_at"]) == before
