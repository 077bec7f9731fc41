"""Decides which of the codes that several strategies read in one picture are believed."""

from scanner.events import Code
from scanner.formats import AGREEING_WEAK, STACKED, TWO_DIMENSIONAL, WEAK

VOTES = 2
"""Strategies of different kinds that must agree on a one-dimensional or stacked code. Their check
data are weak, so an altered picture sometimes yields a false one; two hardly ever yield the same.
A code of a format without any check data needs three, of which one may be of the picture itself.
"""


class Voting:
    """Collects what strategies read. ``elected`` are the codes to return, the surest first."""

    def __init__(self) -> None:
        """Start without codes."""
        self.elected: list[Code] = []
        self._voters: dict[tuple[str, str], set[str]] = {}

    def elect(self, code: Code) -> None:
        """Elect ``code``, unless an elected one lies in the same place."""
        if not any(overlap(code, other) for other in self.elected):
            self.elected.append(code)

    def vote(self, voter: str, code: Code) -> None:
        """Count ``code`` for a strategy of the kind ``voter``; elect it once that suffices."""
        if code.format in TWO_DIMENSIONAL - STACKED:
            self.elect(code)
            return
        voters = self._voters.setdefault((code.format, code.text), set())
        voters.add(voter)
        if len(voters) >= (AGREEING_WEAK if code.format in WEAK else VOTES):
            self.elect(code)


def overlap(one: Code, other: Code) -> bool:
    """Return whether two codes lie in the same place: the middle of one is within the other."""
    return _holds(one, _middle(other)) or _holds(other, _middle(one))


def _middle(code: Code) -> tuple[float, float]:
    return (sum(x for x, _ in code.corners) / 4, sum(y for _, y in code.corners) / 4)


def _holds(code: Code, point: tuple[float, float]) -> bool:
    """Return whether ``point`` is within the upright box around ``code``."""
    across = [x for x, _ in code.corners]
    down = [y for _, y in code.corners]
    within_x = min(across) <= point[0] <= max(across)
    return within_x and min(down) <= point[1] <= max(down)
