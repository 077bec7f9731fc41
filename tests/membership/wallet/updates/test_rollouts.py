"""An edited design reaches all of its cards, once each, whatever happens on the way."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from membership.operations.backlog import read_backlog
from membership.store.models import CardWallet, RolloutState
from membership.wallet.updates import rollouts
from membership.wallet.updates.rollouts import BATCH, roll_out
from tests.conftest import ROOT
from tests.forkserver import ForkedProcess, run
from tests.membership.conftest import Databases
from tests.membership.support import Service, arranging, running_service
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card, wallet_of
from tests.membership.wallet.many_cards import copies_of
from tests.membership.wallet.updates import rollout_process
from tests.membership.wallet.updates.life import (
    behind,
    install,
    redesign,
    rollouts_of,
    settle,
    told,
    waiting,
    wallets,
    work_of,
)

FEW = 10


def a_card(service: Service) -> WalletCard:
    """A card of a new design."""
    return wallet_card(service, service.customer("Amara"), new_design(service))


def cards_on_phones(service: Service, count: int) -> WalletCard:
    """Make ``count`` cards of one design, each on a phone and up to date; returns one of them."""
    first = a_card(service)
    with arranging(service.database) as session:
        copies_of(session, first, count - 1)
    settle(service)
    install(service, first)
    told(service)
    return first


def numbers(service: Service) -> list[int]:
    """The update numbers of all cards, in order."""
    return sorted(row.update_seq for row in wallets(service))


def test_all_cards_of_the_design_change_and_no_others(service: Service) -> None:
    card, customer = a_card(service), service.customer("Bela")
    revoked = wallet_card(service, customer, card.design_id)
    other = wallet_card(service, customer, new_design(service, key="other"))
    service.call("POST", f"/v1/cards/{revoked.card_id}/revoke")
    settle(service)
    for each in (card, revoked, other):
        install(service, each)
    redesign(service, card.design_id, "#101010")
    (running,) = rollouts_of(service)
    assert (running.state, running.total, running.done) == (RolloutState.RUNNING, 2, 0)
    assert (running.version, running.finished_at) == (2, None)
    settle(service)
    (done,) = rollouts_of(service)
    assert (done.state, done.total, done.done) == (RolloutState.FINISHED, 2, 2)
    assert done.finished_at == service.clock()
    assert [waiting(service, each) for each in (card, revoked, other)] == [
        (True, True), (True, True), (False, False),
    ]  # fmt: skip
    assert wallet_of(service, card).design_version == 2
    assert wallet_of(service, other).update_seq <= 3
    assert behind(service) == []


def test_a_design_without_cards_is_done_at_once(service: Service) -> None:
    redesign(service, new_design(service), "#101010")
    (row,) = rollouts_of(service)
    assert (row.state, row.total, row.finished_at) == (RolloutState.FINISHED, 0, service.clock())


def test_the_next_edit_takes_the_place_of_one_that_is_not_finished(service: Service) -> None:
    card = cards_on_phones(service, FEW + 30)
    before = max(numbers(service))
    redesign(service, card.design_id, "#101010")
    assert roll_out(work_of(service), count=FEW)
    redesign(service, card.design_id, "#202020")
    first, second = rollouts_of(service)
    assert (first.state, first.done) == (RolloutState.FINISHED, FEW)
    assert (second.state, second.done, second.version) == (RolloutState.RUNNING, 0, 3)
    settle(service)
    assert behind(service) == []
    # Those of the first batch changed twice, the others once.
    count = FEW + 30
    assert numbers(service) == list(range(before + FEW + 1, before + FEW + count + 1))


def test_a_batch_of_a_rollout_that_ended_meanwhile_is_dropped(service: Service) -> None:
    card = cards_on_phones(service, 3)
    redesign(service, card.design_id, "#101010")
    with service.database.readers.begin() as session:
        batch = rollouts._next_batch(work_of(service), session, service.clock(), BATCH)
        assert batch is not None
    redesign(service, card.design_id, "#202020")
    before = numbers(service)
    with arranging(service.database) as session:
        rollouts._store(work_of(service), session, batch, service.clock())
    assert numbers(service) == before
    settle(service)
    assert behind(service) == []


def test_a_batch_that_is_stored_twice_counts_once(service: Service) -> None:
    card = cards_on_phones(service, 5)
    before = max(numbers(service))
    redesign(service, card.design_id, "#101010")
    with service.database.readers.begin() as session:
        batches = [
            rollouts._next_batch(work_of(service), session, service.clock(), BATCH)
            for _ in range(2)
        ]
    for batch in batches:
        assert batch is not None
        with arranging(service.database) as session:
            rollouts._store(work_of(service), session, batch, service.clock())
    (row,) = rollouts_of(service)
    assert row.done == 5
    assert numbers(service) == list(range(before + 1, before + 6))


def test_a_card_that_was_renewed_meanwhile_gets_no_second_number(service: Service) -> None:
    card = cards_on_phones(service, 4)
    before = max(numbers(service))
    redesign(service, card.design_id, "#101010")
    service.patch(f"/v1/customers/{card.customer_id}", given_name="Amina")
    settle(service)
    assert numbers(service) == list(range(before + 1, before + 5))
    assert behind(service) == []


def test_cards_that_are_issued_meanwhile_show_the_new_design(service: Service) -> None:
    card = cards_on_phones(service, FEW)
    redesign(service, card.design_id, "#101010")
    late = [wallet_card(service, str(card.customer_id), card.design_id) for _ in range(8)]
    while roll_out(work_of(service), count=FEW):
        pass
    settle(service)
    assert behind(service) == []
    assert {wallet_of(service, each).design_version for each in late} == {2}
    (row,) = rollouts_of(service)
    assert row.state is RolloutState.FINISHED
    assert row.total >= row.done >= FEW


@pytest.mark.both_databases(reason="two jobs take chunks at the same time")
def test_several_processes_give_each_card_one_number(service: Service) -> None:
    card = cards_on_phones(service, 5 * FEW)
    before, count = max(numbers(service)), 5 * FEW
    redesign(service, card.design_id, "#101010")

    def work_off() -> None:
        while roll_out(work_of(service), count=FEW) or _is_running(service):
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work_off) for _ in range(2)]:
            done.result()
    (row,) = rollouts_of(service)
    assert (row.done, row.total) == (count, count)
    assert numbers(service) == list(range(before + 1, before + count + 1))
    assert behind(service) == []


def _is_running(service: Service) -> bool:
    return any(row.state is RolloutState.RUNNING for row in rollouts_of(service))


def test_one_connection_is_enough(backend: str, databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(backend, tmp_path, pool_size=1, pool_overflow=0)
    with running_service(settings) as running:
        service = running.fresh()
        card = a_card(service)
        settle(service)
        redesign(service, card.design_id, "#101010")
        settle(service)
        assert behind(service) == []
        assert wallet_of(service, card).update_seq == 2


def test_what_waits_is_counted(service: Service) -> None:
    card = cards_on_phones(service, 3)

    def waits() -> tuple[int, int]:
        with service.database.readers.begin() as session:
            found = read_backlog(session.connection(), service.clock())
        return found.cards, found.rollouts

    assert waits() == (0, 0)
    redesign(service, card.design_id, "#101010")
    wallet_card(service, str(card.customer_id), card.design_id)
    assert waits() == (1, 1)
    settle(service)
    assert waits() == (0, 0)


@pytest.mark.soak
def test_the_bench_finds_all_cards_done() -> None:
    command = [sys.executable, "-m", "bench.rollout", "--cards", "2000"]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "| cards, each on one phone | 2,000 |" in run.stdout
    assert run.stdout.endswith("| 0 / 0 / 0 |\n")


@pytest.mark.soak
def test_killed_in_the_middle_no_card_is_left_behind_and_none_told_twice(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(backend, tmp_path)
    count = 8 * BATCH
    arguments = [str(tmp_path)]
    if settings.database_url is not None:
        arguments += ["--database-url", settings.database_url]
    with running_service(settings) as running:
        service = running.fresh()
        card = cards_on_phones(service, count)
        before = max(numbers(service))
        redesign(service, card.design_id, "#101010")
        seen: list[dict[object, int]] = []
        for _ in range(2):
            with ForkedProcess(rollout_process.main, *arguments) as rollout:
                assert rollout.stdout.readline() == "batch\n"
                rollout.kill()
            seen.append(_numbered(wallets(service), before))
            (row,) = rollouts_of(service)
            assert row.state is RolloutState.RUNNING
            assert 0 < row.done < count
            assert row.done == len(seen[-1]), "progress is stored with what it stands for"
        run(rollout_process.main, *arguments).check_returncode()
        after = _numbered(wallets(service), before)
        assert numbers(service) == list(range(before + 1, before + count + 1))
        for early in seen:
            assert early.items() <= after.items(), "who had a number keeps it"
        assert behind(service) == []
        (row,) = rollouts_of(service)
        assert (row.state, row.done, row.total) == (RolloutState.FINISHED, count, count)


def _numbered(rows: list[CardWallet], before: int) -> dict[object, int]:
    """The cards that got a number after ``before``, with the number."""
    return {row.card_id: row.update_seq for row in rows if row.update_seq > before}
