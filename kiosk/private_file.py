"""Files of the kiosk that nobody but their owner may read, written as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def write_private(path: Path, text: str, *, secret: bool = True) -> None:
    """Write ``text`` to a file of mode 0600, in place of the one before; make its folder (0700).

    What is not ``secret`` may be read by the file's group too, where the umask allows it. The draft
    has a name of its own that ends in ``.new``, so that two kiosks over one folder do not disturb
    each other, and is removed if it cannot be written. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{token_hex(4)}.new")
    descriptor = os.open(draft, _FLAGS, 0o600 if secret else 0o640)
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
