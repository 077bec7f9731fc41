"""Failures are counted by network address for each club: one does not hold up another."""

import pytest

from tests.membership.accounts.staff.people import anonymous
from tests.membership.support import Service

HALL = {"X-Forwarded-For": "203.0.113.7"}
"""The network of a building with several clubs."""


def fail(service: Service, path: str, number: int, organization: str) -> int:
    """The status of an attempt that comes to nothing."""
    body = {"organization": organization, "email": f"s{number}@example.com"}
    if path == "sessions":
        body["password"] = "a wrong password"
    return anonymous(service, "POST", f"/v1/staff/{path}", body, HALL).status_code


@pytest.mark.parametrize(("path", "free"), [("sessions", 30), ("password-resets", 20)])
def test_one_club_does_not_hold_up_another(service: Service, path: str, free: int) -> None:
    slug, other = service.tenant.slug, service.fresh().tenant.slug
    before = [fail(service, path, number, slug) for number in range(free + 1)]
    assert before[-2:] == [before[0], 429]
    assert fail(service, path, 0, other) == before[0] != 429


def test_clubs_that_do_not_exist_are_counted_together(service: Service) -> None:
    statuses = [fail(service, "sessions", 0, f"none-{number}") for number in range(31)]
    assert statuses[-2:] == [401, 429]
