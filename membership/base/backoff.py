"""Back-off: the growing pauses between the attempts at something that keeps failing. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self


@dataclass(frozen=True, slots=True)
class Backoff:
    """A schedule of pauses, one for each failure in a row.

    ``pauses`` holds the pause after the first failure, the second and so on; the last one stays
    for all later failures. ``spread`` is the largest part of a pause that jitter adds to it, so
    that clients that failed together do not all retry together. ``longest_retry_after`` limits
    the pause that the other side may ask for; by default such wishes are ignored.
    """

    pauses: tuple[timedelta, ...]
    spread: float = 0.0
    longest_retry_after: timedelta = timedelta(0)

    @classmethod
    def doubling(
        cls,
        first: timedelta,
        longest: timedelta,
        *,
        spread: float = 0.0,
        longest_retry_after: timedelta = timedelta(0),
    ) -> Self:
        """A schedule that doubles from ``first`` to ``longest``.

        Raises ValueError unless 0 < ``first`` <= ``longest``.
        """
        if not timedelta(0) < first <= longest:
            raise ValueError(f"back-off from {first} to {longest}")
        pauses = [first]
        while pauses[-1] < longest:
            pauses.append(min(2 * pauses[-1], longest))
        return cls(tuple(pauses), spread, longest_retry_after)

    @property
    def longest(self) -> timedelta:
        """The longest pause that ``pause`` returns, whatever its arguments."""
        return max(*self.pauses, self.longest_retry_after) * (1 + self.spread)

    def pause(
        self, failures: int, *, retry_after: float | None = None, jitter: float = 0.0
    ) -> timedelta:
        """The pause after so many failures in a row, 1 or more.

        ``retry_after`` is what the other side asks for, in seconds: it lengthens the pause, up
        to ``longest_retry_after``. ``jitter`` is a random number from 0 to 1.
        """
        pause = self.pauses[min(failures, len(self.pauses)) - 1]
        if retry_after is not None:
            wish = min(retry_after, self.longest_retry_after.total_seconds())
            pause = max(pause, timedelta(seconds=wish))
        return pause * (1 + self.spread * jitter)
