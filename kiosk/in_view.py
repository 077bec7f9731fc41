"""Which codes have been in the camera's view together. Pure: the clock is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass

_KEPT_S = 120.0


@dataclass
class _Stay:
    """How long a code has been in view, in seconds of the clock."""

    first_s: float
    last_s: float


class InView:
    """Remembers since when each code is in view. A code is gone after ``away_after_s`` seconds."""

    def __init__(self, away_after_s: float) -> None:
        self._away_after_s = away_after_s
        self._stays: dict[str, _Stay] = {}

    def see(self, codes: Iterable[str], now_s: float) -> None:
        """Note the codes that are in view now, by what names their cards."""
        for code in codes:
            stay = self._stays.get(code)
            if stay is None or now_s - stay.last_s > self._away_after_s:
                self._stays[code] = _Stay(now_s, now_s)
            else:
                stay.last_s = now_s
        for code in [c for c, stay in self._stays.items() if now_s - stay.last_s > _KEPT_S]:
            del self._stays[code]

    def stood_beside(self, code: str, card: str) -> bool:
        """Return whether ``code`` came into view before ``card`` had left it."""
        stay, other = self._stays.get(code), self._stays.get(card)
        if stay is None or other is None:
            return False
        return stay.first_s <= other.last_s + self._away_after_s and stay.last_s >= other.first_s
