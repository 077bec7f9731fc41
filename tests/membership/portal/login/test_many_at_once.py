"""A club behind one address: many log in, and what is counted are failures, for each club."""

from tests.membership.portal.login.visitors import ask, asked, code_for, fault, send, verify, wrong
from tests.membership.support import Service

WIFI = {"X-Forwarded-For": "203.0.113.7"}
TOO_MANY = (429, "too_many_tries")
NOT_COUNTED = 25
"""More logins than any limit allows failures in a row of."""


def log_in(service: Service, number: int) -> int:
    """Log somebody in from the network of the club; returns the status of the last step."""
    email = f"member{number}@example.com"
    asking = ask(service, email, headers=WIFI)
    if asking.status_code != 202:
        return asking.status_code
    return verify(service, code_for(service, email), email, headers=WIFI).status_code


def test_successful_logins_are_not_counted(club: Service) -> None:
    assert [log_in(club, number) for number in range(NOT_COUNTED)] == [200] * NOT_COUNTED


def test_codes_that_nobody_uses_are_counted_for_each_club(
    club: Service, other_club: Service
) -> None:
    answers = [ask(club, f"x{number}@example.com", headers=WIFI) for number in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [202] * 20
    assert fault(answers[20]) == TOO_MANY
    # Another club at the same address, and another address, are served.
    assert ask(other_club, "y@example.com", headers=WIFI).status_code == 202
    assert ask(club, "z@example.com").status_code == 202


def test_a_login_gives_back_one_request_only(club: Service) -> None:
    for number in range(19):
        assert ask(club, f"x{number}@example.com", headers=WIFI).status_code == 202
    code = asked_at(club, "amara@example.com")
    for _ in range(3):  # a network repeats the request
        assert verify(club, code, "amara@example.com", headers=WIFI).status_code == 200
    assert ask(club, "y@example.com", headers=WIFI).status_code == 202
    assert fault(ask(club, "z@example.com", headers=WIFI)) == TOO_MANY


def asked_at(service: Service, email: str) -> str:
    """Ask for a code from the network of the club; returns it."""
    assert ask(service, email, headers=WIFI).status_code == 202
    return code_for(service, email)


def test_wrong_tries_are_counted_for_each_club(club: Service, other_club: Service) -> None:
    codes = {each.tenant.slug: asked(each) for each in (club, other_club)}
    for number in range(30):
        email = f"x{number}@example.com"
        send(club, "/codes/verify", {"email": email, "code": "000000"}, headers=WIFI)
    mine, other = codes[club.tenant.slug], codes[other_club.tenant.slug]
    assert fault(verify(club, wrong(mine), headers=WIFI)) == TOO_MANY
    assert verify(other_club, other, headers=WIFI).status_code == 200
