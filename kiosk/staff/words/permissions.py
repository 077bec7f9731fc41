"""Permissions of plans: keys that are made of labels, and how a form spells them. Pure.

Other systems ask about a permission by its key: small letters and digits in parts that are joined
by ``.``, ``-`` or ``_``. Staff read and type labels.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from api_client.messages.scan import PermissionView

MAX_KEY = 80
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o"})
_NO_PART = re.compile(r"[^a-z0-9]+")
_SEVERAL_JOINTS = re.compile(r"[._-]*([._-])[._-]*")


class Named(NamedTuple):
    """A permission by key and label."""

    key: str
    label: str


def key_of(label: str, taken: Iterable[str] = ()) -> str:
    """Return a key made of a label that is none of those ``taken``.

    A label without a Latin letter or digit gets a key of its check sum, so that the same label
    always has the same key.
    """
    key = _ascii(label, _NO_PART)
    if not key:
        key = f"permission-{zlib.crc32(label.encode()):08x}"
    return _free(key, set(taken))


def clean_key(typed: str) -> str:
    """Return the key that is meant by what was typed; empty if there is none in it."""
    kept = _ascii(typed, re.compile(r"[^a-z0-9._-]+"))
    return _SEVERAL_JOINTS.sub(r"\1", kept).strip("._-")[:MAX_KEY].strip("._-")


def same_label(one: str, other: str) -> bool:
    """Return whether two labels are the same to who reads them."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def spelled(permissions: Sequence[Named]) -> str:
    """Return permissions as the text of a form's field: a line with key and label for each."""
    return "\n".join(f"{each.key} {each.label}" for each in permissions)


def read(text: str) -> list[Named]:
    """Return the permissions in the text of a form's field."""
    lines = [line.strip().partition(" ") for line in text.splitlines() if line.strip()]
    return [Named(key, label.strip() or key) for key, _, label in lines]


def named(permissions: Iterable[PermissionView]) -> list[Named]:
    """Return permissions of the service by key and label."""
    return [Named(each.key, each.label) for each in permissions]


def _ascii(text: str, other: re.Pattern[str]) -> str:
    """Return the text in small Latin letters and digits, with a dash for all between."""
    spelled_out = text.casefold().translate(_SPELLED_OUT)
    plain = unicodedata.normalize("NFKD", spelled_out).encode("ascii", "ignore").decode()
    # Marks above letters are gone without a trace; what else was no letter is a joint.
    joined = other.sub("-", plain if plain.strip() else "")
    return joined.strip("-")[:MAX_KEY].strip("-")


def _free(key: str, taken: set[str]) -> str:
    """Return the key, with a number where another permission has it."""
    number, free = 2, key
    while free in taken:
        end = f"-{number}"
        free = key[: MAX_KEY - len(end)].rstrip("._-") + end
        number += 1
    return free
