"""The open connections, limited for each address and over all.

A caller that holds many connections must not keep desks out, neither by the number of files that
a process may have nor by a limit of its own. So a new connection is taken while there is room;
without room the one is closed that has waited longest for a request, those first that never sent
a whole one. Only where every connection of the address is being answered, the new one is refused.
"""

import sys
from collections.abc import Sequence
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
        self._count = 0
        # The order within an address is that of the last requests.
        self._open: dict[str, dict[Holder, None]] = {}

    @classmethod
    def of(cls, settings: ServiceSettings) -> "Connections":
        """Return the table with the limits of the settings and of the system."""
        most = min(settings.max_connections, max(_LEAST, _file_limit() - _OTHER_FILES))
        per_address = min(most, settings.max_connections_per_address)
        return cls(most, per_address, settings.trusted_proxies)

    def __len__(self) -> int:
        """Return the number of open connections."""
        return self._count

    def add(self, holder: Holder, address: str | None) -> bool:
        """Take a new connection, closing another one if there is no room.

        Returns False if it is to be refused: nothing can be closed.
        """
        place = address_block(address or UNKNOWN)
        there = self._open.get(place, {})
        if (
            len(there) >= self._most_of_address
            and not is_in_networks(address, self._trusted)
            and not self._drop_one(place)
        ):
            return False
        if self._count >= self._most and not self._drop_one(self._largest()):
            return False
        self._open.setdefault(place, {})[holder] = None
        self._count += 1
        return True

    def touch(self, holder: Holder, address: str | None) -> None:
        """Note that a connection has sent a request: it is the last one to be closed now."""
        there = self._open.get(address_block(address or UNKNOWN), {})
        if holder in there:
            del there[holder]
            there[holder] = None

    def remove(self, holder: Holder, address: str | None) -> None:
        """Forget a connection that has ended; again changes nothing."""
        place = address_block(address or UNKNOWN)
        there = self._open.get(place, {})
        if holder in there:
            del there[holder]
            self._count -= 1
            if not there:
                del self._open[place]

    def _largest(self) -> str:
        """Return the address with the most connections."""
        return max(self._open, key=lambda place: len(self._open[place]))

    def _drop_one(self, place: str) -> bool:
        """Close the connection of an address that is missed least; False if there is none."""
        chosen = min(self._open[place], key=lambda each: each.use)
        if chosen.use is Use.ANSWERING:
            return False
        self.remove(chosen, place)
        chosen.drop()
        return True


def _file_limit() -> int:
    """Return how many files this process may have open."""
    if sys.platform == "win32":
        return 8192
    import resource  # noqa: PLC0415 - not on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
