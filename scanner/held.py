"""The codes that are in view of a live source, and which look reads each. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from scanner.events import Code
from scanner.looks import Look

TOLERATED_MISSES = 2
"""A code has gone once the look that read it has failed on more frames in a row than this."""

Key = tuple[str, str, bytes]


def key_of(code: Code) -> Key:
    """Return what tells ``code`` from others, wherever it is in view."""
    return code.key


@dataclass(slots=True)
class _Held:
    """A code in view: the look that read it last, and how often that has failed since."""

    reader: Look
    believed: bool
    misses: int = 0


class Held:
    """Remembers the codes of the frames before, so that they hide no other.

    A code that is held is no news. It is looked for again by the look that read it last, so that a
    one-dimensional code is confirmed at once, and a card that only one costly look can read does
    not seem to leave and return.
    """

    def __init__(self) -> None:
        """Start with nothing in view."""
        self._held: dict[Key, _Held] = {}
        self._read: dict[Key, Look] = {}
        self._unsure: set[Key] = set()

    def take(self, code: Code, look: Look, sure: bool) -> bool:
        """Record that ``look`` read ``code`` in the present frame. Returns whether to believe it.

        One that is not ``sure`` is believed from the second frame on.
        """
        key = key_of(code)
        held = self._held.get(key)
        if not sure and held is None:
            self._unsure.add(key)
        elif sure:
            self._unsure.discard(key)
        self._read[key] = look
        return sure or held is not None

    def is_new(self, code: Code) -> bool:
        """Return whether ``code`` was in none of the frames before, or was not believed then."""
        held = self._held.get(key_of(code))
        return held is None or not held.believed

    def missing(self) -> list[Look]:
        """Return the looks that read the held codes which the present frame lacks so far."""
        absent = [held.reader for key, held in self._held.items() if key not in self._read]
        return list(dict.fromkeys(absent))

    def end_frame(self, tried: Collection[Look]) -> None:
        """Close the present frame, in which the looks ``tried`` were made."""
        for key, held in list(self._held.items()):
            if key not in self._read and held.reader in tried:
                held.misses += 1
                if held.misses > TOLERATED_MISSES:
                    del self._held[key]
        for key, look in self._read.items():
            self._held[key] = _Held(look, key not in self._unsure)
        self._read.clear()
        self._unsure.clear()


def without_copies(codes: Iterable[Code]) -> list[Code]:
    """Return ``codes`` in order, each format and text in the first place it was read."""
    unique: dict[Key, Code] = {}
    for code in codes:
        unique.setdefault(key_of(code), code)
    return list(unique.values())
