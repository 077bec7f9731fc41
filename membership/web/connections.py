"""The open connections, limited for each address and over all.

A caller that holds many connections must not keep desks out, neither by the number of files that
a process may have nor by a limit of its own. So a new connection is taken while there is room.
Without room one is closed: first those that never sent a whole request, then idle ones; among
these, one of the address with the most connections; among these, the one that has waited longest
for a request. What is being answered is never closed: the new one is refused only where every
connection, or every one of its address at the address's limit, is being answered.
"""

import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Protocol

from membership.base.addresses import UNKNOWN, Network, address_block, is_in_networks
from membership.base.settings import ServiceSettings

_OTHER_FILES = 200
"""Files of a process that are no connections: the database's, logs, the listeners."""
_LEAST = 16


class Use(IntEnum):
    """What a connection is doing. The lower ones are closed first."""

    NEVER_SENT = 0
    """It has not sent one whole request."""
    IDLE = 1
    """It has been answered, and waits for its next request."""
    ANSWERING = 2
    """Its request has arrived and is being answered. Never closed to make room."""


class Holder(Protocol):
    """One open connection."""

    @property
    def use(self) -> Use:
        """What it is doing."""

    def drop(self) -> None:
        """Close it."""


class Connections:
    """The open connections of one process. Used by the event loop only."""

    def __init__(self, most: int, most_of_address: int, trusted: Sequence[Network] = ()) -> None:
        self._most, self._most_of_address, self._trusted = most, most_of_address, trusted
        # In the order of the last requests, over all and within each address.
        self._places: dict[Holder, str] = {}
        self._open: dict[str, dict[Holder, None]] = {}

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Connections":
        """Return the table with the limits of the settings and of the system."""
        most = min(settings.max_connections, max(_LEAST, _file_limit() - _OTHER_FILES))
        per_address = min(most, settings.max_connections_per_address)
        return cls(most, per_address, settings.trusted_proxies)

    def __len__(self) -> int:
        """Return the number of open connections."""
        return len(self._places)

    def add(self, holder: Holder, address: str | None) -> bool:
        """Take a new connection, closing another one if there is no room.

        Returns False if it is to be refused: nothing can be closed.
        """
        place = address_block(address or UNKNOWN)
        there = self._open.get(place, {})
        if (
            len(there) >= self._most_of_address
            and not is_in_networks(address, self._trusted)
            and not self._drop_one(there)
        ):
            return False
        if len(self._places) >= self._most and not self._drop_one(self._places):
            return False
        self._places[holder] = place
        self._open.setdefault(place, {})[holder] = None
        return True

    def touch(self, holder: Holder) -> None:
        """Note that a connection has sent a request: of its like it is the last to be closed."""
        if holder in self._places:
            place = self._places.pop(holder)
            self._places[holder] = place
            there = self._open[place]
            del there[holder]
            there[holder] = None

    def remove(self, holder: Holder) -> None:
        """Forget a connection that has ended; again changes nothing."""
        place = self._places.pop(holder, None)
        if place is not None:
            there = self._open[place]
            del there[holder]
            if not there:
                del self._open[place]

    def _drop_one(self, among: Iterable[Holder]) -> bool:
        """Close the connection that is missed least; False if all are being answered.

        Looks at each of them once, so it is called at a limit only.
        """
        sizes = {place: len(there) for place, there in self._open.items()}
        chosen = min(among, key=lambda each: (each.use, -sizes[self._places[each]]))
        if chosen.use is Use.ANSWERING:
            return False
        self.remove(chosen)
        chosen.drop()
        return True


def _file_limit() -> int:
    """Return how many files this process may have open."""
    if sys.platform == "win32":
        return 8192
    import resource  # noqa: PLC0415 - not on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
