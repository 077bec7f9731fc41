"""Passwords set by a mailed token: once, for an hour, and without telling who has an account."""

import threading
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

from membership.accounts.staff.purge import purge
from membership.commands.staff_accounts import OrganizationAccounts, reset_password
from membership.store.models import OutgoingMail, PasswordReset
from tests.membership.accounts.staff.people import (
    PASSWORD,
    actions,
    add,
    address,
    anonymous,
    mails,
    problem,
    sign_in,
    token_for,
    try_sign_in,
)
from tests.membership.job_context import work_of
from tests.membership.support import Service

NEW = "five loud magpies"
RESETS = "/v1/staff/password-resets"


def ask(service: Service, email: str, **options: Any) -> requests.Response:
    """Ask for a mail."""
    slug = options.pop("organization", service.tenant.slug)
    body = {"organization": slug, "email": email}
    return anonymous(service, "POST", RESETS, body, **options)


def confirm(service: Service, token: str, password: str = NEW) -> requests.Response:
    """Set a password with a token."""
    body = {"token": token, "password": password}
    return anonymous(service, "POST", f"{RESETS}/confirm", body)


def test_from_the_forgotten_password_to_a_new_one(service: Service) -> None:
    ada = add(service, name="Ada Moreau", email="Ada@example.com")
    session = sign_in(service, ada["email"])
    assert ask(service, " ADA@example.com").status_code == 202
    ((recipient, text),) = mails(service)
    assert recipient == ada["email"]
    assert service.tenant.name in text
    token = token_for(service, recipient)
    assert f"https://club.example/desk/staff/set-password#token={token}\n" in text
    assert f"\n{token}\n" in text
    assert confirm(service, token).status_code == 204
    assert service.call("GET", "/v1/staff/me", key=session).status_code == 401
    assert problem(try_sign_in(service, ada["email"]))[0] == 401
    assert sign_in(service, ada["email"], NEW)
    (entry,) = service.get("/v1/audit", action="staff.password_reset")["items"]
    assert entry["actor"] == {"kind": "staff", "id": ada["id"], "name": "Ada Moreau"}
    assert "staff.password_reset_requested" in actions(service, subject_id=ada["id"])


def test_the_answer_does_not_tell_who_has_an_account(service: Service) -> None:
    ada, gone = add(service), add(service)
    service.patch(f"/v1/staff/{gone['id']}", disabled=True)
    answers = [
        ask(service, ada["email"]),
        ask(service, "nobody@example.com"),
        ask(service, gone["email"]),
        ask(service, ada["email"], organization="none-such"),
        ask(service, "no address at all"),
    ]
    assert [answer.status_code for answer in answers] == [202] * 5
    assert len({answer.content for answer in answers}) == 1
    assert [recipient for recipient, _ in mails(service)] == [ada["email"]]


def test_a_token_is_good_once(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    assert confirm(service, token).status_code == 204
    again = confirm(service, token, "six shy swallows")
    assert problem(again) == (422, "reset_token_invalid")
    assert again.json()["errors"][0]["field"] == "body.token"


@pytest.mark.both_databases(reason="several requests use one token at the same time")
def test_of_several_uses_at_once_one_counts(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    start = threading.Barrier(4)
    statuses: dict[str, int] = {}

    def run(password: str) -> None:
        start.wait()
        statuses[password] = confirm(service, token, password).status_code

    passwords = [f"{number} loud magpies" for number in ("five", "six", "seven", "eight")]
    threads = [threading.Thread(target=run, args=(password,)) for password in passwords]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses.values()) == [204, 422, 422, 422]
    (winner,) = [password for password, status in statuses.items() if status == 204]
    assert sign_in(service, ada["email"], winner)


def test_a_token_is_good_for_an_hour(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    service.clock.advance(minutes=60)
    token = token_for(service, ada["email"])
    assert problem(confirm(service, token)) == (422, "reset_token_invalid")
    service.clock.advance(microseconds=-1)
    assert confirm(service, token).status_code == 204


def test_a_newer_token_makes_the_older_ones_worthless(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    older = token_for(service, ada["email"])
    service.clock.advance(seconds=1)
    ask(service, ada["email"])
    newer = token_for(service, ada["email"])
    assert problem(confirm(service, older)) == (422, "reset_token_invalid")
    assert confirm(service, newer).status_code == 204


def test_a_weak_password_leaves_the_token_good(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    assert problem(confirm(service, token, "short")) == (422, "password_too_short")
    assert problem(confirm(service, token, ada["email"])) == (422, "password_guessable")
    assert problem(confirm(service, token, service.tenant.name + " 2027-2028"))[0] == 422
    assert confirm(service, token).status_code == 204


def test_a_disabled_account_sets_no_password(service: Service) -> None:
    ada = add(service)
    add(service)
    ask(service, ada["email"])
    service.patch(f"/v1/staff/{ada['id']}", disabled=True)
    token = token_for(service, ada["email"])
    assert problem(confirm(service, token)) == (422, "reset_token_invalid")


@pytest.mark.parametrize("token", ["x", "mr_" + "A" * 43, "é" * 20])
def test_tokens_that_are_none(service: Service, token: str) -> None:
    assert problem(confirm(service, token)) == (422, "reset_token_invalid")


def test_only_its_digest_is_stored(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    with service.database.readers.begin() as session:
        rows = session.execute(select(*PasswordReset.__table__.columns)).all()
        bodies = session.execute(select(*OutgoingMail.__table__.columns)).all()
    assert token not in repr(rows)
    assert token not in repr(bodies)


def test_mails_to_an_account_are_throttled_alike_whether_it_exists(service: Service) -> None:
    ada = add(service)
    for email in (ada["email"], "nobody@example.com"):
        assert [ask(service, email).status_code for _ in range(4)] == [202, 202, 202, 429]
    assert len(mails(service)) == 1  # the newest withdraws the others
    answer = ask(service, ada["email"])
    assert (problem(answer), answer.headers["Retry-After"]) == ((429, "too_many_tries"), "300")
    service.clock.advance(minutes=5)
    assert ask(service, ada["email"]).status_code == 202


def test_one_address_cannot_ask_for_everybody(service: Service) -> None:
    here = address()
    statuses = [
        ask(service, f"n{number}@example.com", headers=here).status_code for number in range(21)
    ]
    assert statuses == [202] * 20 + [429]


def test_one_address_cannot_try_many_tokens(service: Service) -> None:
    here = address()
    body = {"token": "mr_" + "A" * 43, "password": NEW}
    path = f"{RESETS}/confirm"
    statuses = [anonymous(service, "POST", path, body, here).status_code for _ in range(21)]
    assert statuses == [422] * 20 + [429]


def test_wrong_tokens_of_others_keep_no_good_one_out(service: Service) -> None:
    ada, here = add(service), address()
    path, none = f"{RESETS}/confirm", "mr_" + "B" * 43

    def use(token: str) -> int:
        body = {"token": token, "password": NEW}
        return anonymous(service, "POST", path, body, here).status_code

    assert {use(none) for _ in range(25)} == {422, 429}
    assert use(none) == 429
    ask(service, ada["email"])
    assert use(token_for(service, ada["email"])) == 204


def test_tokens_that_are_used_up_are_counted_for_their_own_club(service: Service) -> None:
    other, here, used = service.fresh(), address(), []
    for club in (service, other):
        ada = add(club)
        ask(club, ada["email"])
        used.append(token_for(club, ada["email"]))
        assert confirm(club, used[-1]).status_code == 204
        club.clock.advance(minutes=1)  # no repeat of the same request

    def use(token: str) -> int:
        body = {"token": token, "password": NEW}
        return anonymous(service, "POST", f"{RESETS}/confirm", body, here).status_code

    assert [use(used[0]) for _ in range(21)] == [422] * 20 + [429]
    assert use(used[1]) == 422
    assert use("mr_" + "C" * 43) == 422


def test_a_used_token_is_no_way_to_guess_the_password_that_it_set(service: Service) -> None:
    ada, here = add(service), address()
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    assert confirm(service, token).status_code == 204

    def guess(password: str, headers: dict[str, str]) -> int:
        body = {"token": token, "password": password}
        return anonymous(service, "POST", f"{RESETS}/confirm", body, headers).status_code

    assert [guess(f"{number} shy swallows", here) for number in range(21)] == [422] * 20 + [429]
    assert guess(NEW, here) == 429  # the wait says nothing about the password
    # Repeats of the network cost nothing, and tokens that were not used are free of the wait.
    other = address()
    assert [guess(NEW, other) for _ in range(25)] == [204] * 25
    ask(service, ada["email"])
    body = {"token": token_for(service, ada["email"]), "password": "six loud magpies"}
    assert anonymous(service, "POST", f"{RESETS}/confirm", body, here).status_code == 204


def test_a_reset_ends_the_wait_of_failed_sign_ins(service: Service) -> None:
    ada = add(service)
    for _ in range(5):
        try_sign_in(service, ada["email"], "six shy swallows")
    assert try_sign_in(service, ada["email"], PASSWORD).status_code == 429
    ask(service, ada["email"])
    assert confirm(service, token_for(service, ada["email"])).status_code == 204
    assert sign_in(service, ada["email"], NEW)


def test_a_reset_ends_the_wait_where_the_owner_is_known(service: Service) -> None:
    ada, here = add(service), address()
    body = {"organization": service.tenant.slug, "email": ada["email"], "password": PASSWORD}

    def sign_in_here(**other: str) -> int:
        return anonymous(service, "POST", "/v1/staff/sessions", body | other, here).status_code

    assert sign_in_here() == 201
    assert [sign_in_here(password="six shy swallows") for _ in range(6)] == [401] * 5 + [429]
    ask(service, ada["email"])
    path, reset = "/v1/staff/password-resets/confirm", token_for(service, ada["email"])
    new = {"token": reset, "password": NEW}
    assert anonymous(service, "POST", path, new, here).status_code == 204
    assert sign_in_here(password=NEW) == 201


def test_old_tokens_are_deleted(service: Service) -> None:
    ada = add(service)
    ask(service, ada["email"])

    def kept() -> int:
        mine = PasswordReset.organization_id == service.tenant.id
        with service.database.readers.begin() as session:
            return session.scalar(select(func.count()).where(mine)) or 0

    service.clock.advance(days=30)
    purge(work_of(service))
    assert kept() == 1
    service.clock.advance(minutes=60)
    assert purge(work_of(service)) is False
    assert kept() == 0


@pytest.mark.parametrize("by", ["another address", "a new password"])
def test_a_mail_whose_token_is_worthless_is_not_sent(service: Service, by: str) -> None:
    ada = add(service)
    ask(service, ada["email"])
    token = token_for(service, ada["email"])
    if by == "another address":
        service.patch(f"/v1/staff/{ada['id']}", email=f"new-{ada['email']}")
    else:
        accounts = OrganizationAccounts(service.settings, service.tenant.slug)
        reset_password(accounts, ada["email"], NEW)
    assert not [text for _, text in mails(service) if "mr_" in text]
    assert confirm(service, token).status_code == 422
