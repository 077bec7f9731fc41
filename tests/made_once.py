"""Files that take long to make, made by the first process of tests that needs them."""

import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def made_once(shared: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Returns the folder ``name`` in ``shared``, which ``make`` has filled for all of a run.

    Whoever needs files of their own copies it. ``make`` fills a folder under another name, so
    that one that failed in the middle is made again.
    """
    folder, draft = shared / name, shared / f"{name}.draft"
    with FileLock(shared / f"{name}.lock"):
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder
