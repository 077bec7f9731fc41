"""Codes: mailed to whoever asks, good once and shortly, and slow to guess."""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from membership.portal.login.digests import code_digest
from membership.store.models import Customer, LoginCode, OutgoingMail
from tests.membership.accounts.staff.people import address, mails
from tests.membership.conftest import Databases
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.login.visitors import (
    EMAIL,
    ask,
    asked,
    at_once,
    code_for,
    erase,
    fault,
    send,
    ticket,
    verify,
    wrong,
)
from tests.membership.public import public_service, written_log
from tests.membership.statements import statements
from tests.membership.support import Service, arranging

CODE_WRONG, TOO_MANY = (401, "code_wrong"), (429, "too_many_tries")


def rows(service: Service) -> list[LoginCode]:
    """The organization's codes as they are stored, oldest first."""
    with service.database.readers.begin() as session:
        mine = LoginCode.organization_id == service.tenant.id
        return list(
            session.scalars(select(LoginCode).where(mine).order_by(LoginCode.created_at)).all()
        )


def test_a_code_is_mailed_and_proves_the_address(club: Service) -> None:
    amara = club.customer("Amara", email="Amara@example.com")
    code = asked(club, EMAIL)
    ((recipient, text),) = mails(club)
    assert recipient == EMAIL
    assert club.tenant.name in text
    answer = verify(club, code)
    assert answer.json()["customers"] == [{"id": amara, "name": "Amara"}]
    assert answer.json()["ticket"].startswith("mt_")
    assert answer.headers["Cache-Control"] == "no-store"


def test_known_and_unknown_addresses_are_answered_and_mailed_alike(club: Service) -> None:
    club.customer("Amara", email=EMAIL)
    known, unknown = ask(club, EMAIL), ask(club, "nobody@example.com")
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert known.json() == unknown.json() == {"sent": True}
    texts = {to: text.replace(code_for(club, to), "") for to, text in mails(club)}
    assert texts[EMAIL] == texts["nobody@example.com"]
    assert len(rows(club)) == 2
    assert (
        verify(club, code_for(club, "nobody@example.com"), "nobody@example.com").json()["customers"]
        == []
    )


def test_the_same_work_is_done_for_known_and_unknown_addresses(club: Service) -> None:
    club.customer("Amara", email=EMAIL)
    asked(club, "first@example.com")  # makes the organization's keys
    done = []
    for email in (EMAIL, "nobody@example.com"):
        with statements(club.database) as sent:
            ask(club, email)
        done.append(tuple(each.sql for each in sent))
    assert done[0] == done[1]
    assert any("login_codes" in each for each in done[0])
    assert not any("customers" in each for each in done[0])


@pytest.mark.parametrize(
    ("body", "accepted", "words"),
    [
        ({"language": "de-AT"}, "en", "Ihr Code für"),
        ({}, "fr, de;q=0.5", "Ihr Code für"),
        ({"language": "fr"}, "", "Your code for"),
    ],
)
def test_the_mail_is_in_the_visitors_language(
    club: Service, body: dict[str, str], accepted: str, words: str
) -> None:
    ask(club, body=body, headers={**address(), "Accept-Language": accepted})
    with club.database.readers.begin() as session:
        mine = OutgoingMail.organization_id == club.tenant.id
        subject = session.scalars(select(OutgoingMail.subject).where(mine)).one()
    assert subject == f"{words} {club.tenant.name}"
    assert code_for(club) not in subject


def test_a_code_is_good_once(club: Service) -> None:
    code = asked(club)
    assert verify(club, code).status_code == 200
    club.clock.advance(minutes=1)
    assert fault(verify(club, code)) == CODE_WRONG


@pytest.mark.both_databases(reason="several requests use one code at the same time")
def test_two_who_use_a_code_at_once_get_one_ticket(club: Service) -> None:
    code = asked(club)
    answers = at_once(lambda: verify(club, code), lambda: verify(club, code))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_a_code_is_good_for_ten_minutes(club: Service) -> None:
    code = asked(club)
    club.clock.advance(minutes=9, seconds=58)
    in_time = asked(club, "other@example.com")
    assert verify(club, code).status_code == 200
    club.clock.advance(minutes=10)
    assert fault(verify(club, in_time, "other@example.com")) == CODE_WRONG


def test_only_the_newest_code_is_good(club: Service) -> None:
    older, newer = asked(club), asked(club)
    while newer == older:
        newer = asked(club)
    assert fault(verify(club, older)) == CODE_WRONG
    assert verify(club, newer).status_code == 200


def test_after_five_wrong_tries_the_right_code_is_wrong(club: Service) -> None:
    code = asked(club)
    for _ in range(4):
        assert fault(verify(club, wrong(code))) == CODE_WRONG
    assert verify(club, code).status_code == 200
    code = asked(club)
    for _ in range(5):
        assert fault(verify(club, wrong(code))) == CODE_WRONG
    last = verify(club, code)
    assert fault(last) == CODE_WRONG
    assert last.json() == verify(club, "000000", "nobody@example.com").json()


def test_a_code_is_of_one_address_and_one_organization(club: Service, other_club: Service) -> None:
    code = asked(club)
    assert fault(verify(club, code, "berta@example.com")) == CODE_WRONG
    assert fault(verify(other_club, code)) == CODE_WRONG
    assert verify(club, code, EMAIL.upper()).status_code == 200


def test_who_is_erased_is_not_offered_and_a_banned_one_is(club: Service) -> None:
    gone = club.customer("Gone", email=EMAIL)
    banned = club.customer("Ben", email=EMAIL, state="banned")
    young = club.customer("Cleo", email=EMAIL)
    club.customer("Dora", email="dora@example.com")
    erase(club, gone)
    with arranging(club.database) as session:  # erased, but for some reason found
        session.execute(update(Customer).where(Customer.id == UUID(gone)).values(email_key=EMAIL))
    assert ticket(club)["customers"] == [
        {"id": banned, "name": "Ben"},
        {"id": young, "name": "Cleo"},
    ]


def test_codes_to_an_address_are_throttled_and_a_login_begins_anew(club: Service) -> None:
    for _ in range(3):
        code = asked(club)
    refused = ask(club)
    assert fault(refused) == TOO_MANY
    assert int(refused.headers["Retry-After"]) in range(1, 61)
    assert len(rows(club)) == 3
    assert len(mails(club)) == 1  # the newest withdraws the others
    assert ask(club, "other@example.com").status_code == 202
    assert verify(club, code).status_code == 200
    assert ask(club).status_code == 202


def test_codes_from_a_place_are_throttled(club: Service, other_club: Service) -> None:
    here = address()
    for number in range(20):
        assert ask(club, f"p{number}@example.com", headers=here).status_code == 202
    assert fault(ask(club, headers=here)) == TOO_MANY
    assert ask(other_club, headers=here).status_code == 202
    assert ask(club).status_code == 202


def test_tries_at_an_address_are_throttled_over_several_codes(club: Service) -> None:
    for _ in range(2):
        code = asked(club)
        for _ in range(5):
            assert fault(verify(club, wrong(code))) == CODE_WRONG
    code = asked(club)
    assert fault(verify(club, code)) == TOO_MANY
    club.clock.advance(seconds=31)
    assert verify(club, code).status_code == 200


def test_tries_from_a_place_are_throttled(club: Service) -> None:
    here = address()
    for number in range(30):
        answer = verify(club, "000000", f"p{number}@example.com", headers=here)
        assert fault(answer) == CODE_WRONG
    code = asked(club)
    assert fault(verify(club, code, headers=here)) == TOO_MANY
    assert verify(club, code).status_code == 200


def test_a_stolen_database_tells_no_code(club: Service) -> None:
    code = asked(club)
    (row,) = rows(club)
    stored = row.code_digest
    guesses = (code, f"{row.id}{code}", f"{EMAIL}{code}", f"{code}{EMAIL}")
    assert stored not in {hashlib.sha256(each.encode()).hexdigest() for each in guesses}
    assert stored != code_digest(b"", row.id, code)


def test_without_a_mail_server_the_log_shows_where_the_mail_is(club: Service) -> None:
    # As severe as what a kiosk's own service logs at least.
    with written_log(logging.WARNING) as log:
        code = asked(club)
    assert code not in log.getvalue()
    (line,) = [json.loads(each) for each in log.getvalue().splitlines()]
    folder = str(club.settings.data_dir / "mail")
    assert line == {
        "event": "login_code_written",
        "organization": club.tenant.slug,
        "folder": folder,
    }


def test_with_a_mail_server_no_log_shows_it(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    with public_service(backend, databases, tmp_path, smtp_host="127.0.0.1") as service:
        opened(service)
        with written_log(logging.DEBUG) as log:
            code = asked(service)
    assert "request" in log.getvalue()
    assert code not in log.getvalue()


def test_an_organization_that_is_not_open_sends_no_codes(club: Service, service: Service) -> None:
    closed = service.fresh()
    for slug in (closed.tenant.slug, "none-such", "%00", "a" * 300):
        url = f"/v1/join/{slug}/codes"
        answer = closed.call("POST", url, json={"email": EMAIL})
        assert fault(answer) == (404, "page_not_found")
    assert mails(closed) == []
    assert ask(club).status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": ""},
        {"email": "no address"},
        {"email": 7},
        {"email": f"{'a' * 64}@{'b' * 250}.example.com"},
        {"email": EMAIL, "language": "d" * 40},
    ],
)
def test_no_code_without_an_address(club: Service, body: dict[str, Any]) -> None:
    assert fault(send(club, "/codes", body)) == (422, "invalid_request")
    assert mails(club) == []


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", 123456, None])
def test_what_is_no_code_is_told_so(club: Service, code: Any) -> None:
    assert fault(verify(club, code)) == (422, "invalid_request")
