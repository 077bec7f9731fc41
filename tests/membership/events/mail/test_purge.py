"""Mails are kept for thirty days once nothing is to be sent of them anymore."""

from datetime import timedelta

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.events.mail.purge import purge
from membership.store.background import Work
from membership.store.database import Database
from tests.membership.store.mails import count_mails, store_mails
from tests.membership.support import NOON, Clock


def test_mails_are_kept_for_thirty_days_and_while_they_wait(database: Database) -> None:
    clock = Clock(NOON)
    work = Work(ServiceSettings(), database, Vault("A" * 43 + "="), clock)
    store_mails(database, [None, None, NOON])
    store_mails(database, [None], created_at=NOON + timedelta(days=1))
    clock.advance(days=30, seconds=-1)
    assert purge(work) is False
    assert count_mails(database) == 4
    clock.advance(seconds=1)
    assert purge(work) is False
    assert count_mails(database) == 2
