"""Carries one import out in a process of its own, which the tests kill.

Prints a line after each piece of work. ``--later`` is a clock that is a minute ahead, so that
what a killed process had leased is free.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from membership.base.settings import ServiceSettings
from membership.data.imports.run.worker import ImportWorker
from membership.store.database import open_database


def main() -> int:
    """Work until nothing is left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("organization", type=int)
    parser.add_argument("import_id", type=UUID)
    parser.add_argument("--database-url")
    parser.add_argument("--later", action="store_true")
    options = parser.parse_args()
    settings = ServiceSettings(data_dir=options.data_dir, database_url=options.database_url)
    ahead = timedelta(minutes=1) if options.later else timedelta()
    database = open_database(settings)
    worker = ImportWorker()
    only = (options.organization, options.import_id)
    while worker.step(database, lambda: datetime.now(UTC) + ahead, only=only):
        print("step", flush=True)  # noqa: T201 - this is the protocol
    database.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
