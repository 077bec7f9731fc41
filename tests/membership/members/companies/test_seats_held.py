"""Seats of a company are held by who may come in, unless the club sets otherwise."""

import pytest

from tests.membership.application import api_document
from tests.membership.support import Service


def club(service: Service, seats: int | None = 1) -> tuple[str, str, str]:
    """A company whose first person takes the only seat; returns it and two people."""
    company = service.company(seat_cap=seats)
    service.member(service.plan("Corporate", "area.gym"), company_id=company)
    first, second = service.customer("First"), service.customer("Second")
    for who in (first, second):
        service.link(company, who)
        service.clock.advance(minutes=1)
    return company, first, second


def seated(service: Service, company: str) -> list[str]:
    """Who has a seat, by the company's list in pages of one."""
    path, found = f"/v1/companies/{company}/customers", []
    page = service.get(path, limit=1)
    while True:
        found += [each["customer"]["id"] for each in page["items"] if each["has_seat"]]
        if page["next_cursor"] is None:
            return found
        page = service.get(path, limit=1, cursor=page["next_cursor"])


def goes_in(service: Service, customer: str) -> bool:
    """What the permission check says, which a scan must agree with."""
    path = f"/v1/customers/{customer}/permissions/area.gym"
    granted = bool(service.get(path)["granted"])
    assert (service.scan(customer)["outcome"] == "active") == granted
    return granted


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_who_may_not_come_in_holds_no_seat(service: Service, state: str) -> None:
    company, first, second = club(service)
    assert (seated(service, company), goes_in(service, second)) == ([first], False)
    service.patch(f"/v1/customers/{first}", state=state)
    assert seated(service, company) == [second]
    assert (goes_in(service, first), goes_in(service, second)) == (False, True)
    shown = service.get(f"/v1/companies/{company}")
    assert (shown["customers"], shown["seats_taken"]) == (2, 1)
    assert [each["has_seat"] for each in shown["linked"]] == [False, True]
    # Active again, the earlier link has the seat again.
    service.patch(f"/v1/customers/{first}", state="active")
    assert seated(service, company) == [first]
    assert (goes_in(service, first), goes_in(service, second)) == (True, False)


@pytest.mark.parametrize("state", ["banned", "inactive"])
def test_a_club_can_keep_their_seats(service: Service, state: str) -> None:
    club_before = service.get("/v1/organization")
    assert club_before["all_take_seats"] is False
    company, first, second = club(service)
    service.patch("/v1/organization", all_take_seats=True)
    service.patch(f"/v1/customers/{first}", state=state)
    assert seated(service, company) == [first]
    assert goes_in(service, second) is False
    assert goes_in(service, first) is (state == "inactive")
    service.patch("/v1/organization", all_take_seats=False)
    assert goes_in(service, second) is True
    # Another club's setting is its own.
    other = service.fresh()
    assert other.get("/v1/organization")["all_take_seats"] is False


def test_without_a_limit_nothing_changes(service: Service) -> None:
    company, first, second = club(service, None)
    service.patch(f"/v1/customers/{first}", state="inactive")
    assert seated(service, company) == [first, second]
    assert goes_in(service, first) is True


def test_a_merge_frees_the_seat_of_the_second_record(service: Service) -> None:
    company, first, second = club(service, 2)
    third = service.customer("Third")
    service.link(company, third)
    assert goes_in(service, third) is False
    service.post(f"/v1/customers/{first}/merge", {"other_id": second}, status=200)
    assert goes_in(service, third) is True
    assert sorted(seated(service, company)) == sorted([first, third])


def test_the_description_of_a_state_says_what_it_does(service: Service) -> None:
    """Each sentence of it holds, what a limited company gives included."""
    schemas = api_document().text["components"]["schemas"]
    for name in ("CustomerChange", "NewCustomer"):
        described = schemas[name]["properties"]["state"]["description"]
        assert "a seat of a company that limits them" in described
        assert "`all_take_seats`" in described
    _, first, _ = club(service)
    service.patch(f"/v1/customers/{first}", state="inactive")
    assert goes_in(service, first) is False
    listed = service.get("/v1/customers")["items"]
    assert first in {each["customer"]["id"] for each in listed}
    # By what they have themselves, and by a company without a limit, they are let in.
    open_company = service.company()
    service.member(service.plan("All", "area.gym"), company_id=open_company)
    service.link(open_company, first)
    assert goes_in(service, first) is True
    service.patch(f"/v1/customers/{first}", state="banned")
    assert goes_in(service, first) is False
