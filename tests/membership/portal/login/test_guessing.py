"""Guessing codes tells nothing: neither by what is done, nor by how digests are compared."""

from membership.portal.login.digests import digests_equal
from tests.membership.accounts.staff.people import address, mails
from tests.membership.portal.login.visitors import (
    EMAIL,
    ask,
    asked,
    code_for,
    fault,
    verify,
    wrong,
)
from tests.membership.statements import statements
from tests.membership.support import Service

NOBODY = "nobody@example.com"


class Watched(str):
    """A text that must not be compared letter by letter, up to the first that differs."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared with ==")

    __hash__ = str.__hash__


def test_digests_are_compared_without_an_early_exit() -> None:
    assert digests_equal(Watched("a" * 64), Watched("a" * 64))
    assert not digests_equal(Watched("a" * 64), Watched("a" * 63 + "b"))
    assert not digests_equal(Watched("a" * 64), Watched("a"))


def test_a_wrong_code_does_the_same_work_for_members_and_others(club: Service) -> None:
    club.customer("Amara", email=EMAIL)
    codes = {email: asked(club, email) for email in (EMAIL, NOBODY)}
    done = []
    for email, code in codes.items():
        with statements(club.database) as sent:
            assert fault(verify(club, wrong(code), email)) == (401, "code_wrong")
        done.append(tuple(each.sql for each in sent))
    assert done[0] == done[1]
    assert not any("customers" in each for each in done[0])


def test_the_database_never_compares_a_code(club: Service) -> None:
    with statements(club.database) as sent:
        code = asked(club)
        verify(club, wrong(code))
        verify(club, code)
    asked_for = [each.sql for each in sent if "login_codes" in each.sql]
    assert asked_for
    conditions = [each.partition("WHERE")[2] for each in asked_for]
    assert not any("code_digest" in each for each in conditions)


def test_one_mail_goes_to_every_address_alike(club: Service) -> None:
    club.customer("Amara", email=EMAIL)
    club.customer("Berta", email=EMAIL)
    club.customer("Cleo", email="banned@example.com", state="banned")
    everybody = (EMAIL, "banned@example.com", NOBODY)
    for email in everybody:
        assert ask(club, email).json() == {"sent": True}
    assert [recipient for recipient, _ in mails(club)] == list(everybody)


def test_a_guesser_who_logs_in_between_gets_no_more_tries(club: Service) -> None:
    here, own = address(), "guesser@example.com"
    for number in range(30):
        if number % 10 == 9:
            ask(club, own)
            assert verify(club, code_for(club, own), own, headers=here).status_code == 200
        answer = verify(club, "000000", f"p{number}@example.com", headers=here)
        assert fault(answer) == (401, "code_wrong")
    assert fault(verify(club, asked(club), headers=here)) == (429, "too_many_tries")
