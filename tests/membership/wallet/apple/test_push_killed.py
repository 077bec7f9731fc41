"""A service process that is killed in the middle of pushing: nobody is left out or pushed twice.

It starts real processes and waits for them: ``make soak``.
"""

import os
import signal
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from membership.store.models import AppleRegistration
from membership.wallet.apple.push_queue import LEASE
from tests.membership.service_process import ServiceProcess
from tests.membership.support import Service, arranging
from tests.membership.wallet.apple.phones import Phone, phone_with, renew
from tests.membership.wallet.clubs import Club, token
from tests.membership.wallet.factories import new_design, wallet_card

DEVICES, KILLED_AT = 150, 40

pytestmark = pytest.mark.soak


def started(club: Club) -> ServiceProcess:
    """A service process on the club's database, with its jobs."""
    settings = club.work.settings
    options = [f"--set=apns_url={settings.apns_url}", f"--set=apns_ca_file={settings.apns_ca_file}"]
    if settings.database_url is not None:
        options += ["--database-url", settings.database_url]
    return ServiceProcess(settings.data_dir, *options)


def all_phones(club: Club) -> dict[str, Phone]:
    """Phones with a card each, all due to be pushed; by push token."""
    club.service.clock.now = datetime.now(UTC).replace(microsecond=0)
    customer, design = club.service.customer("Amara"), new_design(club.service)
    phones = {}
    for number in range(DEVICES):
        card = wallet_card(club.service, customer, design)
        renew(club.service, card)
        phone = phone_with(club.service, card, f"device-{number}")
        assert phone.register(token(number)) == 201
        phones[token(number)] = phone
    due_now(club.service)
    return phones


def due_now(service: Service) -> None:
    """Let the time pass that pushes are leased for."""
    with arranging(service.database) as session:
        session.execute(
            update(AppleRegistration)
            .where(AppleRegistration.push_at.is_not(None))
            .values(push_at=datetime.now(UTC) - LEASE)
        )


def wait_until_told(club: Club, seconds: float = 60) -> None:
    """Wait until no push is due any more."""
    ends = time.monotonic() + seconds
    waiting = select(func.count()).where(AppleRegistration.push_at.is_not(None))
    while time.monotonic() < ends:
        with club.service.database.readers.begin() as session:
            if session.scalar(waiting) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("pushes are still due")


def wait_for_stragglers(club: Club) -> None:
    """Wait for what the killed process had handed to the system, and APNs has yet to read."""
    before = -1
    while before != len(club.apns.received):
        before = len(club.apns.received)
        time.sleep(0.5)


def test_kill_in_the_middle(club: Club) -> None:
    phones = all_phones(club)
    first = started(club)
    killed: list[float] = []

    def kill(_push: object) -> None:
        if len(club.apns.received) == KILLED_AT:
            os.kill(first.popen.pid, signal.SIGKILL)
            killed.append(time.monotonic())

    club.apns.on_push = kill
    first.popen.wait(60)
    first.popen.communicate(timeout=30)
    assert killed
    wait_for_stragglers(club)
    pushed = {each.token for each in club.apns.received}
    assert KILLED_AT <= len(pushed) < DEVICES
    for each in pushed:
        # As phones do: ask what is new, and fetch it.
        assert phones[each].news()[0] == [str(phones[each].card.card_id)]
        assert phones[each].fetch().status_code == 200
    club.apns.on_push = None
    due_now(club.service)
    second = started(club)
    try:
        wait_until_told(club)
    finally:
        second.popen.kill()
        second.popen.communicate(timeout=30)
    counted = Counter(club.apns.tokens())
    assert set(counted) == set(phones), "nobody was left out"
    assert set(counted.values()) == {1}, "nobody was pushed twice"
