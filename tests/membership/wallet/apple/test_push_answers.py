"""What becomes of a push that is not taken: later, never again, or after somebody did something.

What is stored of it does not depend on the database, so one is enough.
"""

from datetime import datetime, timedelta

import pytest

from membership.store.models import IdentityKind, WalletIdentity
from membership.wallet.issuers.storage import delete_identity
from passes.apple.development import DevelopmentAuthority, ec_key
from tests.fakes.apns import Told
from tests.membership.conftest import SQLITE
from tests.membership.support import NOON, arranging
from tests.membership.wallet.apple.phones import new_card, phone_with, rename
from tests.membership.wallet.clubs import Club, removed, set_identity, token
from tests.membership.wallet.factories import wallet_of


@pytest.fixture(scope="module")
def backend() -> str:
    return SQLITE


@pytest.mark.parametrize("told", [Told(400, "BadDeviceToken"), Told(410, "ExpiredToken")])
def test_a_token_that_is_none_is_forgotten(club: Club, told: Told) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = told
    assert club.push() == [token(1)]
    assert phone.registration() is None
    assert removed(club) == [str(phone.card.card_id)]


@pytest.mark.parametrize(
    "told",
    [
        Told(429, "TooManyRequests"), Told(503, "Shutdown"), Told(500, "InternalServerError"),
        Told(drop=True),
    ],
)  # fmt: skip
def test_what_apns_cannot_take_is_tried_again_with_growing_pauses(club: Club, told: Told) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = told
    assert club.push() == [token(1)]
    for seconds in (10, 20, 40):
        assert club.later(seconds=seconds - 1) == []
        assert club.later(seconds=1) == [token(1)]
    row = phone.registered()
    assert (row.push_attempts, row.pushed_seq < wallet_of(club.service, phone.card).update_seq) == (
        4, True,
    )  # fmt: skip
    assert row.push_error is not None
    assert token(1) not in row.push_error
    club.apns.otherwise = Told()
    assert club.later(seconds=80) == [token(1)]
    row = phone.registered()
    assert (row.push_attempts, row.push_error, row.push_at) == (0, None, None)
    assert club.later(days=1) == []


def test_one_that_fails_holds_up_no_other(club: Club) -> None:
    card = new_card(club.service)
    phones = [club.phone(card, number) for number in range(1, 5)]
    rename(club.service, card, "Amina")
    club.apns.answers[token(2)] = Told(429, "TooManyRequests", headers=(("Retry-After", "90"),))
    assert club.push() == [token(number) for number in range(1, 5)]
    seq = wallet_of(club.service, card).update_seq
    assert [phone.registered().pushed_seq == seq for phone in phones] == [True, False, True, True]
    club.apns.answers.clear()
    assert club.later(seconds=89) == []
    assert club.later(seconds=1) == [token(2)]


def test_apns_may_ask_for_twelve_hours_at_most(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = Told(503, "ServiceUnavailable", headers=(("retry-after", "999999999"),))
    club.push()
    assert phone.registered().push_at == club.service.clock.now + timedelta(hours=12)


@pytest.mark.parametrize("told", [Told(403, "BadCertificate"), Told(400, "TopicDisallowed")])
def test_a_refusal_is_told_and_tried_again_slowly(club: Club, told: Told) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    club.apns.otherwise = told
    assert club.push() == [token(1)]
    assert phone.registered().push_error == f"APNs answered {told.status} {told.reason}."
    club.apns.otherwise = Told()
    assert club.later(minutes=59) == []
    assert club.later(minutes=1) == [token(1)]


def test_a_certificate_that_is_over_pushes_nothing(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    club.service.clock.now = datetime(2050, 1, 1, tzinfo=NOON.tzinfo)
    rename(club.service, phone.card, "Amina")
    assert club.push() == []
    error = phone.registered().push_error
    assert error is not None
    assert "expired on 2049-12-31" in error


def test_a_self_made_certificate_pushes_nothing_ever(club: Club) -> None:
    with arranging(club.service.database) as session:
        delete_identity(session, club.service.tenant, IdentityKind.APPLE)
    phone = phone_with(club.service, new_card(club.service))
    assert phone.register(token(1)) == 201
    assert club.later(seconds=10) == []
    row = phone.registered()
    assert (row.push_at, row.pushed_seq, row.push_attempts) == (None, 0, 0)
    assert row.push_error is not None
    assert "self-made" in row.push_error


def test_a_card_of_a_former_pass_type_is_not_pushed(
    club: Club, authority: DevelopmentAuthority
) -> None:
    phone = club.phone(new_card(club.service))
    other = authority.issue("pass.test.other", "TEAM123456", new_key=ec_key)
    set_identity(club.service, club.work.vault, other)
    rename(club.service, phone.card, "Amina")
    assert club.push() == []
    error = phone.registered().push_error
    assert error is not None
    assert "another pass type" in error


def test_a_certificate_that_cannot_be_opened_is_told(club: Club) -> None:
    phone = club.phone(new_card(club.service))
    rename(club.service, phone.card, "Amina")
    with arranging(club.service.database) as session:
        key = (club.service.tenant.id, IdentityKind.APPLE)
        session.get_one(WalletIdentity, key).sealed = b"x"
    assert club.push() == []
    assert phone.registered().push_error is not None
