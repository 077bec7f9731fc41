"""The key of what a desk stores: 256 random bits in a file that only its owner can read."""

import re
import secrets
from pathlib import Path

import structlog

from kiosk.private_file import write_private

from .sealing import KEY_BYTES

log = structlog.get_logger(__name__)

_NAME = "offline.key"
_HEX = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}\Z")


def desk_key(folder: Path) -> bytes:
    """Return the key in ``folder``; a new one if there is none, or what is there is no key.

    What was sealed with a key that is lost cannot be opened by anybody. Raises OSError.
    """
    path = folder / _NAME
    try:
        found = path.read_text("ascii").strip()
    except FileNotFoundError:
        found = ""
    except UnicodeDecodeError:
        found = "unreadable"
    if _HEX.match(found):
        return bytes.fromhex(found)
    if found:
        log.error("this desk's key is damaged, a new one is made", path=str(path))
    key = secrets.token_bytes(KEY_BYTES)
    write_private(path, key.hex())
    return key
