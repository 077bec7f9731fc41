"""Works rollouts through in a process of its own, which the tests kill.

Prints a line after each batch.
"""

import argparse
import sys
from pathlib import Path

from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.store.background import Work
from membership.store.database import open_database
from membership.wallet.updates.rollouts import roll_out
from tests.membership.support import Clock


def main() -> int:
    """Work until nothing is left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--database-url")
    options = parser.parse_args()
    settings = ServiceSettings(data_dir=options.data_dir, database_url=options.database_url)
    database = open_database(settings)
    work = Work(settings, database, open_vault(settings), Clock())
    while roll_out(work):
        print("batch", flush=True)  # noqa: T201 - this is the protocol
    database.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
