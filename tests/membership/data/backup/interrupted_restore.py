"""A restore that stops in the middle, in a process of its own that tells when it is there."""

import sys
import time
from pathlib import Path

from membership.base.settings import ServiceSettings
from membership.data.backup.restore import restore_backup


def main() -> None:
    """Restore the file given first into the folder or the database given after it."""
    file, folder, url = sys.argv[1:]
    settings = ServiceSettings(data_dir=Path(folder), database_url=url or None)

    def stop(table: str) -> None:
        if table == "memberships":
            print("in the middle", flush=True)  # noqa: T201 - this is the protocol
            time.sleep(600)

    restore_backup(settings, Path(file), on_table=stop)


if __name__ == "__main__":
    main()
