"""Files of the kiosk that nobody but their owner may read, written as a whole or not at all."""

import os
from contextlib import suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from time import time

ABANDONED_SECONDS = 600
"""From what age on a draft belongs to a kiosk that was killed: a text is written in moments."""
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def write_private(path: Path, text: str, *, secret: bool = True) -> None:
    """Write ``text`` to a file of mode 0600, in place of the one before; make its folder (0700).

    What is not ``secret`` may be read by the file's group too, where the umask allows it. The draft
    has a name of its own that ends in ``.new``, so that two kiosks over one folder do not disturb
    each other, and is removed if it cannot be written. Drafts of a kiosk that was killed while it
    wrote are removed by the next that writes the same file. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_abandoned(path)
    draft = path.with_name(f"{path.name}.{token_hex(4)}.new")
    descriptor = os.open(draft, _FLAGS, 0o600 if secret else 0o640)
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def _remove_abandoned(path: Path) -> None:
    """Remove drafts of a file that nobody writes any more, as far as they can be removed."""
    with suppress(OSError):
        for draft in path.parent.glob(f"{escape(path.name)}.*.new"):
            with suppress(OSError):
                if time() - draft.lstat().st_mtime > ABANDONED_SECONDS:
                    draft.unlink()
