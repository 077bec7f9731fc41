"""Sends the mail that is due in a process of its own, which is killed while it sends."""

import os
import signal
import sys
from pathlib import Path

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.events.mail.delivery import send_due_mail
from membership.store.background import Work
from membership.store.database import open_database
from tests.membership.support import NOON


def main() -> None:
    """Send from the database, the folder and with the secret key that are the arguments."""
    url, folder, key = sys.argv[1:]
    settings = ServiceSettings(database_url=url, data_dir=Path(folder))
    work = Work(settings, open_database(settings), Vault(key), lambda: NOON)
    send_due_mail(work, lambda _message: os.kill(os.getpid(), signal.SIGKILL))
