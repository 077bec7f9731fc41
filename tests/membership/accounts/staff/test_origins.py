"""Tries of strangers lock nobody out where they signed in before; known origins guess no more."""

from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from membership.accounts.origins import REMEMBERED, Origin, recognize, remember
from membership.accounts.staff.purge import purge
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.store.background import Work
from membership.store.database import Database
from membership.store.models import KnownOrigin
from tests.membership.accounts.staff.people import (
    PASSWORD,
    add,
    address,
    anonymous,
    mails,
    problem,
    sign_in,
    try_sign_in,
)
from tests.membership.support import NOON, Service, arranging

WRONG = "six shy swallows"
LOCKED = (429, "too_many_tries")


def attempt(
    service: Service, email: str, password: str = PASSWORD, device: str = "", **options: Any
) -> requests.Response:
    """The answer to signing in with a device's token."""
    body = {"organization": service.tenant.slug, "email": email, "password": password}
    if device:
        body["device_token"] = device
    return anonymous(service, "POST", "/v1/staff/sessions", body, options.get("headers"))


def lock_out(service: Service, email: str) -> None:
    """Try wrong passwords from everywhere until the next try is refused."""
    for _ in range(5):
        assert try_sign_in(service, email, WRONG).status_code == 401
    assert problem(try_sign_in(service, email)) == LOCKED


def test_strangers_lock_out_neither_a_known_address_nor_a_known_device(service: Service) -> None:
    ada, here = add(service), address()
    first = attempt(service, ada["email"], headers=here)
    device = first.json()["device_token"]
    assert device.startswith("md_")
    lock_out(service, ada["email"])
    assert attempt(service, ada["email"], headers=here).status_code == 201
    assert attempt(service, ada["email"], device=device).status_code == 201
    # Strangers are still locked out, also after the owner's success.
    assert problem(try_sign_in(service, ada["email"])) == LOCKED
    assert problem(attempt(service, ada["email"], device="md_" + "A" * 43)) == LOCKED
    assert problem(attempt(service, ada["email"], device="what")) == LOCKED


@pytest.mark.parametrize("by", ["address", "device"])
def test_a_known_origin_is_limited_by_itself(service: Service, by: str) -> None:
    ada, here = add(service), address()
    known: dict[str, Any] = {"headers": here}
    device = attempt(service, ada["email"], **known).json()["device_token"]
    if by == "device":
        known = {"device": device}
    for _ in range(5):
        assert attempt(service, ada["email"], WRONG, **known).status_code == 401
    refused = attempt(service, ada["email"], **known)
    assert problem(refused) == LOCKED
    assert refused.headers["Retry-After"] == "30"
    # Its tries do not lock out anybody else either.
    assert sign_in(service, ada["email"])
    service.clock.advance(seconds=30)
    assert attempt(service, ada["email"], **known).status_code == 201


def test_an_origin_is_known_for_one_account_only(service: Service) -> None:
    ada, bo, here = add(service), add(service), address()
    device = attempt(service, ada["email"], headers=here).json()["device_token"]
    lock_out(service, bo["email"])
    assert problem(attempt(service, bo["email"], headers=here)) == LOCKED
    assert problem(attempt(service, bo["email"], device=device)) == LOCKED
    # One device serves several people, each once they have signed in there.
    service.clock.advance(seconds=900)
    assert attempt(service, bo["email"], device=device).json()["device_token"] == device
    lock_out(service, bo["email"])
    assert attempt(service, bo["email"], device=device).status_code == 201


def test_a_failed_try_makes_no_origin_known(service: Service) -> None:
    ada, here = add(service), address()
    assert "device_token" not in attempt(service, ada["email"], WRONG, headers=here).json()
    lock_out_tries = 4
    for _ in range(lock_out_tries):
        try_sign_in(service, ada["email"], WRONG)
    assert problem(attempt(service, ada["email"], headers=here)) == LOCKED


def test_neighbours_who_guess_do_not_lock_out_a_known_device(service: Service) -> None:
    ada, here = add(service), address()
    device = attempt(service, ada["email"], headers=here).json()["device_token"]
    for number in range(31):
        try_sign_in(service, f"n{number}@example.com", WRONG, headers=here)
    assert problem(attempt(service, ada["email"], headers=here)) == LOCKED
    assert attempt(service, ada["email"], device=device, headers=here).status_code == 201


def test_strangers_do_not_keep_the_owner_from_a_new_password(service: Service) -> None:
    ada, here = add(service), address()
    assert attempt(service, ada["email"], headers=here).status_code == 201
    body = {"organization": service.tenant.slug, "email": ada["email"]}
    path = "/v1/staff/password-resets"
    statuses = [anonymous(service, "POST", path, body).status_code for _ in range(4)]
    assert statuses == [202, 202, 202, 429]
    before = mails(service)
    assert anonymous(service, "POST", path, body, here).status_code == 202
    assert mails(service) != before  # a newer one, which withdraws the older


def test_strangers_do_not_keep_a_signed_in_person_from_changing_it(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    lock_out(service, ada["email"])
    change = {"current_password": PASSWORD, "new_password": "five loud magpies"}
    answer = service.call("POST", "/v1/staff/me/password", key=token, json=change)
    assert answer.status_code == 204


def test_origins_are_forgotten_and_name_nobody(database: Database) -> None:
    origin = Origin("10.1.2.3")
    with arranging(database) as session:
        device = remember(session, "club\nada@example.com", origin, NOON)
        remember(session, "club\nada@example.com", Origin("10.1.2.4", device), NOON)
    with database.readers.begin() as session:
        stored = session.scalars(select(KnownOrigin.name)).all()
        assert len(stored) == 3
        assert not any("@" in name or "10.1" in name or device in name for name in stored)
        soon, late = NOON + REMEMBERED - timedelta(seconds=1), NOON + REMEMBERED
        assert recognize(session, "club\nada@example.com", origin, soon).known == "address"
        assert recognize(session, "club\nada@example.com", origin, late).known is None
    work = Work(ServiceSettings(), database, Vault("A" * 43 + "="), lambda: late)
    assert purge(work) is False
    with database.readers.begin() as session:
        assert session.scalars(select(KnownOrigin.name)).all() == []
