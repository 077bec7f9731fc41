"""All that a desk has for the time without its service, and its state for the screen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from .key import desk_key
from .link import Link, utc_now
from .queue import VisitQueue
from .sealing import Sealer
from .store import RosterStore


@dataclass(frozen=True)
class OfflineState:
    """What the screen says of working without the service.

    ``away_since``: since when it is away, else None. ``as_of``: of when the list is, None without
    one. ``loading``: rows that are loaded, and all, while a list is on its way. ``waiting``,
    ``refused`` and ``unwritten`` (the disk does not take them) count visits. ``skew_s``: how far
    this PC's clock is behind, in seconds.
    """

    away_since: datetime | None
    as_of: datetime | None
    time_zone: str
    loading: tuple[int, int] | None
    waiting: int
    refused: int
    skew_s: float
    unwritten: int = 0


@dataclass(frozen=True)
class Stock:
    """The list, the queue and the state of the service.

    ``deadline_s``: seconds after which the list answers a scan. ``oldest``: up to which age the
    list may decide.
    """

    roster: RosterStore
    queue: VisitQueue
    link: Link
    deadline_s: float = 0.4
    oldest: timedelta = field(default_factory=lambda: timedelta(hours=24))

    def state(self) -> OfflineState:
        """Return the present state; reads nothing from the disk."""
        held, coming, counts = self.roster.state, self.roster.loading, self.queue.counts
        return OfflineState(
            away_since=self.link.away_since,
            as_of=held.as_of if held else None,
            time_zone=held.time_zone if held else "UTC",
            loading=(coming.loaded, coming.total) if coming else None,
            waiting=counts.waiting,
            refused=counts.refused,
            skew_s=self.link.skew.total_seconds(),
            unwritten=counts.unwritten,
        )

    def close(self) -> None:
        """Close the files."""
        self.roster.close()
        self.queue.close()


def open_stock(
    folder: Path,
    *,
    deadline_s: float,
    oldest: timedelta,
    clock: Callable[[], datetime] = utc_now,
) -> Stock:
    """Open what is stored in ``folder``. Raises OSError or sqlite3.Error."""
    sealer = Sealer(desk_key(folder))
    roster = RosterStore(folder, sealer)
    try:
        queue = VisitQueue(folder, sealer)
    except BaseException:
        roster.close()
        raise
    return Stock(roster, queue, Link(clock), deadline_s, oldest)
