"""What ends the logins of a customer: a new address, a ban, a merge, an erasure, and a wish."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.membership.data.imports.test_imports import imported
from tests.membership.portal.login.visitors import fault, login, me, refresh
from tests.membership.recorded import audited
from tests.membership.support import Service

ADDRESS = "amara@example.com"


def opened_sessions(club: Service, address: str = ADDRESS) -> tuple[str, list[Any]]:
    """A customer with two sessions."""
    customer = club.customer("Amara", email=address)
    return customer, [login(club, customer, address) for _ in range(2)]


def are_open(club: Service, sessions: list[Any]) -> list[bool]:
    """Which sessions show the page."""
    return [me(club, each["access_token"]).status_code == 200 for each in sessions]


def change(**fields: Any) -> Callable[[Service, str], Any]:
    """A change of the customer at the desk."""
    return lambda club, customer: club.patch(f"/v1/customers/{customer}", **fields)


def merged_away(club: Service, customer: str) -> None:
    """The customer is merged into another person."""
    other = club.customer("Amara Okafor")
    club.post(f"/v1/customers/{other}/merge", {"other_id": customer}, status=200)


def merged_with(club: Service, customer: str) -> None:
    """Another person is merged into the customer."""
    other = club.customer("Amara Okafor")
    club.post(f"/v1/customers/{customer}/merge", {"other_id": other}, status=200)


def erased(club: Service, customer: str) -> None:
    """The customer is erased."""
    number = club.get(f"/v1/customers/{customer}")["customer"]["number"]
    club.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)


def ended_at_the_desk(club: Service, customer: str) -> None:
    """Staff end all logins of the customer."""
    answer = club.call("DELETE", f"/v1/customers/{customer}/sessions")
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    again = club.call("DELETE", f"/v1/customers/{customer}/sessions")
    assert (again.status_code, again.json()) == (200, {"ended": 0})


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (change(email="amara.new@example.com"), "address_changed"),
        (change(email=None), "address_changed"),
        (change(state="banned"), "banned"),
        (merged_away, "merged"),
        (merged_with, "merged"),
        (erased, None),
        (ended_at_the_desk, "everywhere"),
    ],
    ids=["address", "no_address", "ban", "merged_away", "merged_with", "erasure", "desk"],
)
def test_all_sessions_of_the_customer_end(
    club: Service, happens: Callable[[Service, str], Any], why: str | None
) -> None:
    customer, sessions = opened_sessions(club)
    neighbour = club.customer("Bo", email="bo@example.com")
    others = [login(club, neighbour, "bo@example.com")]
    assert are_open(club, sessions) == [True, True]
    happens(club, customer)
    assert are_open(club, sessions) == [False, False]
    for each in sessions:
        assert fault(refresh(club, each["refresh_token"])) == (401, "session_over")
    assert are_open(club, others) == [True]
    if why is not None:
        entries = audited(club, "customer.sessions_ended")
        assert (customer, None, {"why": why, "sessions": 2}) in entries


@pytest.mark.parametrize(
    "fields",
    [{"given_name": "Amara Ada"}, {"email": ADDRESS}, {"state": "inactive"}, {"desk_note": "x"}],
    ids=str,
)
def test_other_changes_leave_them(club: Service, fields: dict[str, Any]) -> None:
    customer, sessions = opened_sessions(club)
    change(**fields)(club, customer)
    assert are_open(club, sessions) == [True, True]


def test_a_customer_logs_out_on_all_devices(club: Service) -> None:
    customer, sessions = opened_sessions(club)
    path = f"/v1/join/{club.tenant.slug}/sessions/end-all"
    answer = club.call("POST", path, key=sessions[0]["access_token"])
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    assert are_open(club, sessions) == [False, False]
    again = club.call("POST", path, key=sessions[0]["access_token"])
    assert fault(again) == (401, "login_needed")
    assert are_open(club, [login(club, customer, ADDRESS)]) == [True]


def test_an_import_that_changes_the_address_ends_them(club: Service) -> None:
    customer, sessions = opened_sessions(club)
    number = club.get(f"/v1/customers/{customer}")["customer"]["number"]
    file = f"number,given_name,email\n{number},Amara,amara.new@example.com\n"
    how = {"action": "update", "match": ["number"]}
    shown, _ = imported(club, file, duplicates=how)
    assert shown["counts"]["updated"] == 1
    assert are_open(club, sessions) == [False, False]
