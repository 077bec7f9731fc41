"""Whether the service answers, since when it does not, and how wrong this PC's clock is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Lock


def utc_now() -> datetime:
    """Return the time of this PC's clock."""
    return datetime.now(UTC)


class Link:
    """The state of the service, as the threads of a desk have seen it. May be used by any."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = Lock()
        self._since: datetime | None = None
        self._skew = timedelta()
        self.changed = Event()
        """Set when the service goes away, for who asks whether it is back."""

    @property
    def away_since(self) -> datetime | None:
        """The corrected time at which the service stopped to answer; None while it answers."""
        with self._lock:
            return self._since

    @property
    def skew(self) -> timedelta:
        """How far this PC's clock is behind that of the service."""
        with self._lock:
            return self._skew

    @property
    def now(self) -> datetime:
        """The present time by the clock of the service, as it was last measured."""
        with self._lock:
            return self._clock() + self._skew

    def measured(self, server_time: datetime, sent: datetime, received: datetime) -> None:
        """Correct the clock by an answer that was sent for at ``sent``, by this PC's clock."""
        with self._lock:
            self._skew = server_time - (sent + (received - sent) / 2)

    def gone(self) -> None:
        """Note that the service has not answered."""
        with self._lock:
            if self._since is not None:
                return
            self._since = self._clock() + self._skew
        self.changed.set()

    def back(self) -> None:
        """Note that the service answers."""
        with self._lock:
            self._since = None

    def local(self) -> datetime:
        """Return the time of this PC's clock, uncorrected."""
        return self._clock()
