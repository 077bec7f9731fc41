"""Carries one import out in a process of its own, which the tests kill.

Prints a line after each piece of work. ``--later`` is a clock that is a minute ahead, so that
what a killed process had leased is free. With ``--stop-in 2`` it prints a line in the middle of
its second batch, when the lines are written and not committed, and waits there for its end.
"""

import argparse
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from membership.base.settings import ServiceSettings
from membership.data.imports.batch import Batch
from membership.data.imports.run.worker import ImportWorker
from membership.data.imports.write.customers import write_customers
from membership.store.database import open_database
from membership.store.models import ImportKind

SIZES = (40, 80)
"""Fewest and most lines of a batch here: a tenth and less of the service's."""


def _stopping_in(stop_in: int) -> ImportWorker:
    """A worker that stops in the middle of a batch."""
    batches = 0

    def write(batch: Batch) -> None:
        nonlocal batches
        batches += 1
        write_customers(batch)
        batch.session.flush()
        if batches == stop_in:
            print("in the middle", flush=True)  # noqa: T201 - this is the protocol
            signal.pause()

    return ImportWorker(writers={ImportKind.CUSTOMERS: write}, sizes=SIZES)


def main() -> int:
    """Work until nothing is left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("organization", type=int)
    parser.add_argument("import_id", type=UUID)
    parser.add_argument("--database-url")
    parser.add_argument("--later", action="store_true")
    parser.add_argument("--stop-in", type=int)
    options = parser.parse_args()
    settings = ServiceSettings(data_dir=options.data_dir, database_url=options.database_url)
    ahead = timedelta(minutes=1) if options.later else timedelta()
    database = open_database(settings)
    worker = ImportWorker() if options.stop_in is None else _stopping_in(options.stop_in)
    only = (options.organization, options.import_id)
    while worker.step(database, lambda: datetime.now(UTC) + ahead, only=only):
        print("step", flush=True)  # noqa: T201 - this is the protocol
    database.engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
