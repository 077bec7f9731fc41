"""Where tests keep their files: in memory, where the machine has enough of it.

Services store durably, and wait for the disk at each commit. Whether the files of a test outlive a
loss of power is no matter, and on a disk these waits take as long as the tests themselves.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

IN_MEMORY = Path("/dev/shm")
LEAST_FREE = 8 * 1024**3
"""In bytes. What a whole run fills at most is about a third of it."""


def folder_in_memory(
    environment: Mapping[str, str], folder: Path = IN_MEMORY, least: int = LEAST_FREE
) -> Path | None:
    """Return ``folder`` if temporary files should be kept in it, or None for the usual place.

    It must be a folder with ``least`` free bytes that can be written, on a machine with as much
    free memory, and ``environment`` must not name another one.
    """
    if environment.get("TMPDIR") or not os.access(folder, os.W_OK | os.X_OK):
        return None
    free = min(shutil.disk_usage(folder).free, psutil.virtual_memory().available)
    return folder if free >= least else None
