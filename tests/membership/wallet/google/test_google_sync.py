"""Google gets every change of a card that it has, once, and nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from membership.base.settings import ServiceSettings
from membership.store.models import CardDesignVersion, CardWallet
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.identity import GoogleIdentity
from membership.wallet.google.queue import LEASE
from membership.wallet.google.state import resync_all
from membership.wallet.google.sync import GoogleSync
from tests.fakes.google_wallet import ISSUER, Fault, google_wallet, told
from tests.membership.support import Service, arranging
from tests.membership.wallet.factories import WalletCard
from tests.membership.wallet.google.google_club import Club, give_account, google_club, local_api
from tests.membership.wallet.updates.life import redesign, settle

pytestmark = pytest.mark.long


@pytest.fixture
def club(service: Service) -> Iterator[Club]:
    with google_club(service) as running:
        yield running


def rename(club: Club, card: WalletCard, name: str) -> None:
    """Give a customer another name, which shows on the card."""
    club.service.patch(f"/v1/customers/{card.customer_id}", given_name=name)
    settle(club.service)


def methods(club: Club) -> list[tuple[str, str]]:
    """What Google was asked: method, and kind of thing."""
    return [(method, path.partition("/")[0]) for method, path, _ in club.wallet.calls()]


def test_cards_that_nobody_saved_are_not_sent(club: Club) -> None:
    card = club.card(club.design())
    rename(club, card, "Amina")
    assert club.run() == 0
    assert club.wallet.requests == []


@pytest.mark.both_databases(reason="cards are leased and stored under locks")
def test_a_change_is_told_once_and_the_class_is_left_alone(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    rename(club, card, "Aminata")
    assert club.run() == 1
    assert methods(club) == [("PATCH", "loyaltyObject")]
    assert club.told(card)["accountName"] == "Aminata"
    row = club.row(card)
    assert row.google_seq == row.update_seq > 0
    assert (row.google_next_attempt_at, row.google_leased_until) == (None, None)
    assert club.run() == 0


def test_what_looks_the_same_is_not_sent(club: Club) -> None:
    (card,) = club.saved(club.design())
    with arranging(club.service.database) as session:
        resync_all(session, club.service.tenant.id, club.service.clock())
    assert club.run() == 1
    assert club.wallet.calls() == []
    assert club.row(card).google_next_attempt_at is None


def test_google_is_asked_ever_more_seldom_whether_a_card_was_saved(club: Club) -> None:
    card, clock = club.card(club.design()), club.service.clock
    link, added, asked = club.link(card), clock(), []
    club.wallet.requests.clear()
    while (due := club.row(card).google_next_attempt_at) is not None:
        clock.now = due
        assert club.run() == 1
        asked.append((due - added) // timedelta(minutes=1))
    assert asked == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1744]
    assert methods(club) == [("GET", "loyaltyObject")] * 11  # the last time it is given up
    assert not club.row(card).google_saved
    club.wallet.save(link)
    rename(club, card, "Amina")
    club.run()
    assert club.row(card).google_saved


def test_a_card_that_google_lost_is_added_again(club: Club) -> None:
    card = club.card(club.design())
    club.wallet.save(club.link(card))
    del club.wallet.things[f"{ISSUER}.{card.card_id}"]
    club.service.clock.advance(minutes=1)
    club.run()
    assert club.told(card)["accountName"] == "Amara"
    assert not club.row(card).google_saved


def test_one_patch_of_the_class_restyles_every_card(club: Club) -> None:
    design_id = club.design()
    cards = club.saved(design_id, "Amara", "Ben", "Chidi")
    redesign(club.service, design_id, "#008080")
    settle(club.service)
    club.run()
    assert methods(club) == [("PATCH", "loyaltyClass")]
    (restyled,) = (each for each in club.wallet.things.values() if "programName" in each)
    assert restyled["hexBackgroundColor"] == "#008080"
    for card in cards:
        row = club.row(card)
        assert row.google_seq == row.update_seq
    assert club.run() == 0


def test_the_state_follows_expiry_renewal_and_revocation(club: Club) -> None:
    (card,) = club.saved(club.design())
    clock, customer = club.service.clock, str(card.customer_id)
    assert club.told(card)["state"] == "ACTIVE"
    ends = club.told(card)["validTimeInterval"]["end"]["date"]
    clock.advance(days=400)
    settle(club.service)
    club.run()
    assert club.told(card)["state"] == "EXPIRED"
    club.service.member(club.service.plan("Silver", length={"unit": "year"}), customer_id=customer)
    settle(club.service)
    club.run()
    assert club.told(card)["state"] == "ACTIVE"
    assert club.told(card)["validTimeInterval"]["end"]["date"] > ends
    club.service.post(f"/v1/cards/{card.card_id}/revoke", status=200)
    settle(club.service)
    club.run()
    assert club.told(card)["state"] == "INACTIVE"
    assert "validTimeInterval" not in club.told(card)


BECAUSE_OF_A_LIMIT = {"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded"}]}}
TOO_FAST = {
    "429": Fault(429, headers={"Retry-After": "600"}),
    "403": Fault(403, BECAUSE_OF_A_LIMIT, {"Retry-After": "600"}),
}


@pytest.mark.parametrize("status", TOO_FAST)
def test_a_limit_lets_the_account_rest_for_as_long_as_google_asks(club: Club, status: str) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    club.wallet.fail(TOO_FAST[status])
    assert club.run() == 1
    clock = club.service.clock
    assert club.account().paused_until == clock() + timedelta(minutes=10)
    assert club.row(card).google_error == "Google's limit of requests was reached."
    clock.advance(minutes=9)
    assert club.run() == 0
    clock.advance(minutes=1)
    assert club.run() == 1
    assert club.told(card)["accountName"] == "Amina"
    assert (club.account().failures, club.account().paused_until) == (0, None)
    assert (club.row(card).google_attempts, club.row(card).google_error) == (0, None)


def test_an_account_that_goes_on_failing_rests_longer(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    clock, waited = club.service.clock, []
    for _ in range(3):
        club.wallet.fail(Fault(503))
        assert club.run() == 1
        until = club.account().paused_until
        assert until is not None
        waited.append((until - clock()) // timedelta(minutes=1))
        clock.now = until
    assert waited == [1, 2, 4]


def test_one_account_that_rests_keeps_no_other_waiting(club: Club) -> None:
    (card,) = club.saved(club.design())
    with google_club(club.service.fresh()) as other:
        club.service.clock.now = other.service.clock.now
        (theirs,) = other.saved(other.design())
        rename(club, card, "Amina")
        rename(other, theirs, "Bea")
        club.wallet.fail(Fault(403))
        give_account(club.service, other.wallet, private_key="no key")
        other.run()
        assert other.told(theirs)["accountName"] == "Bea"
        assert club.account().failures == 1
        assert "cannot be read" in (club.row(card).google_error or "")


def test_a_card_that_google_refuses_is_put_off_and_the_others_go_on(club: Club) -> None:
    cards = club.saved(club.design(), "Amara", "Ben", "Chidi")
    for card in cards:
        rename(club, card, "Amina")
    club.wallet.fail(Fault(400, told(400, "Bad.", "accountName")))
    club.run()
    bad = [card for card in cards if club.row(card).google_error is not None]
    assert len(bad) == 1
    row, clock = club.row(bad[0]), club.service.clock
    assert row.google_error == "accountName: refused by Google (400): Bad."
    assert (row.google_attempts, row.google_next_attempt_at) == (1, clock() + timedelta(minutes=1))
    assert club.account().failures == 0
    clock.advance(minutes=1)
    assert club.run() == 1
    assert [club.told(card)["accountName"] for card in cards] == ["Amina"] * 3


def test_a_class_that_google_refuses_is_tried_once_for_many_cards(club: Club) -> None:
    design_id = club.design()
    cards = club.saved(design_id, "Amara", "Ben", "Chidi")
    redesign(club.service, design_id, "#008080")
    settle(club.service)
    club.wallet.fail(Fault(400, told(400, "Bad.", "programLogo")))
    club.run()
    assert methods(club) == [("PATCH", "loyaltyClass")]
    assert {club.row(card).google_error for card in cards} == {
        "programLogo: refused by Google (400): Bad."
    }
    club.service.clock.advance(minutes=1)
    club.run()
    assert methods(club)[1:] == [("PATCH", "loyaltyClass")]


def test_a_class_that_google_lost_is_told_again(club: Club) -> None:
    (card,) = club.saved(club.design())
    club.wallet.things.clear()
    rename(club, card, "Amina")
    club.run()
    assert club.row(card).google_error is not None
    club.service.clock.advance(minutes=1)
    club.run()
    assert club.told(card)["accountName"] == "Amina"
    assert len(club.wallet.things) == 2


Between = Callable[[], None]


def doing(between: Between) -> GoogleSync:
    """The job, with something happening when a card was worked out and is not yet told."""

    def connect(identity: GoogleIdentity, settings: ServiceSettings) -> GoogleApi:
        between()
        return local_api(identity, settings)

    return GoogleSync(connect)


def test_a_change_while_google_is_told_is_told_as_well(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    assert doing(lambda: rename(club, card, "Aminata")).run(club.work)
    assert club.told(card)["accountName"] == "Amina"
    row = club.row(card)
    assert row.google_seq < row.update_seq
    assert club.run() == 1
    assert club.told(card)["accountName"] == "Aminata"


def test_an_edit_while_a_class_is_told_is_told_as_well(club: Club) -> None:
    design_id = club.design()
    club.saved(design_id)
    redesign(club.service, design_id, "#008080")
    settle(club.service)

    def edit() -> None:
        redesign(club.service, design_id, "#800080")
        settle(club.service)

    assert doing(edit).run(club.work)
    assert club.class_digest(design_id) is None
    club.run()
    (restyled,) = (each for each in club.wallet.things.values() if "programName" in each)
    assert restyled["hexBackgroundColor"] == "#800080"


@pytest.mark.both_databases(reason="cards are leased and stored under locks")
def test_whoever_is_killed_leaves_the_card_to_be_told(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")

    def die() -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        doing(die).run(club.work)
    assert club.run() == 0  # it still belongs to the dead one
    club.service.clock.advance(seconds=LEASE.total_seconds())
    assert club.run() == 1
    assert club.told(card)["accountName"] == "Amina"


def test_an_answer_that_is_lost_is_asked_for_again(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    club.wallet.fail(Fault(None, late=True))
    club.run()
    row = club.row(card)
    assert row.google_seq < row.update_seq
    club.service.clock.advance(minutes=1)
    club.run()
    row = club.row(card)
    assert row.google_seq == row.update_seq
    assert methods(club) == [("PATCH", "loyaltyObject")] * 2


@pytest.mark.both_databases(reason="cards are leased and stored under locks")
def test_processes_do_not_tell_the_same_card(club: Club) -> None:
    cards = club.saved(club.design(), *(f"Member {number}" for number in range(4)))
    for card in cards:
        rename(club, card, "Amina")
    jobs = [GoogleSync(local_api) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda job: job.run(club.work), jobs))
    club.run()
    assert methods(club) == [("PATCH", "loyaltyObject")] * 4
    assert {club.told(card)["accountName"] for card in cards} == {"Amina"}


def test_a_clock_that_was_set_back_keeps_nothing_waiting(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    ahead = club.service.clock() + timedelta(days=3000)
    with arranging(club.service.database) as session:
        session.execute(
            update(CardWallet)
            .where(CardWallet.card_id == card.card_id)
            .values(google_next_attempt_at=ahead, google_leased_until=ahead)
        )
        session.merge(club.account()).paused_until = ahead
    assert club.run() == 1
    assert club.told(card)["accountName"] == "Amina"


def test_without_an_address_for_pictures_nothing_is_tried(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    away = GoogleSync(local_api)
    club.work = replace(club.work, settings=club.service.settings)
    assert not away.run(club.work)
    assert club.row(card).google_next_attempt_at is not None


def test_an_account_sealed_with_another_key_lets_it_rest(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    with arranging(club.service.database) as session:
        session.merge(club.account()).sealed = b"no fernet token"
    assert club.run() == 1
    assert club.account().failures == 1
    assert club.row(card).google_leased_until is None
    assert club.wallet.calls() == []


def test_a_service_that_stops_gives_its_cards_back(club: Club) -> None:
    (card,) = club.saved(club.design())
    rename(club, card, "Amina")
    club.work.stopping.set()
    club.job.run(club.work)
    row = club.row(card)
    assert row.google_leased_until is None
    assert row.google_next_attempt_at is not None
    assert club.wallet.calls() == []


def test_another_account_is_told_of_all_cards(club: Club) -> None:
    cards = club.saved(club.design(), "Amara", "Ben")
    club.wallet.things.clear()  # as if it were another issuer's
    with arranging(club.service.database) as session:
        session.merge(club.account()).paused_until = club.service.clock() + timedelta(hours=1)
    key_file = {**club.wallet.account, "token_uri": "https://oauth2.googleapis.com/token"}
    new = {"issuer_id": "3388000000099999999", "service_account": key_file}
    answer = club.service.call("PUT", "/v1/wallets/google", json=new)
    assert answer.status_code == 200, answer.text
    assert club.account().paused_until is None
    with google_wallet("3388000000099999999") as other:
        give_account(club.service, other, "3388000000099999999")
        settings = club.work.settings.model_copy(update={"google_wallet_url": other.url})
        club.work = replace(club.work, settings=settings)
        club.run()
        assert len(other.things) == 3
    assert all(club.row(card).google_error is None for card in cards)


def test_a_design_that_cannot_be_read_delays_no_other_card(club: Club) -> None:
    sick, good = club.design(key="sick"), club.design(key="good")
    (first,), (second,) = club.saved(sick, "Amara"), club.saved(good, "Bela")
    for card in (first, second):
        club.service.patch(f"/v1/customers/{card.customer_id}", given_name="Cleo")
    settle(club.service)
    with arranging(club.service.database) as session:
        here = CardDesignVersion.design_id == sick
        session.execute(update(CardDesignVersion).where(here).values(content={"kind": 5}))
    club.wallet.requests.clear()
    club.run()
    assert "Cleo" in str(club.told(second))
    assert "Cleo" not in str(club.told(first))
    assert club.work.failing.counts() == {"google": 1}
    row = club.row(first)
    assert row.google_leased_until == club.service.clock() + LEASE, "put off"
