"""How many guesses a new password of staff takes, and which ones are refused for it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import factorial

from membership.accounts.staff.guessed import known_words, readings, without_edges
from membership.accounts.staff.password_parts import Part, cheapest_parts
from membership.web.errors import Invalid
from membership.web.passwords import LONGEST, SHORTEST, normalized

ENOUGH = 10**8
"""Guesses that a password must take at least, counted with care: years of tries at the service,
and weeks of a fast machine with a stolen hash of argon2id."""

_LOOKED_AT = 48
"""Letters of a password that are looked at: as many are enough, and more would take long."""
_USUAL_CASE = re.compile(r"(?:[^\W\d_A-Z]+|[A-Z]+|(?:[A-Z][^\W\d_A-Z]{2,})+)\Z")
_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_ORDERS = factorial(12)
_REST, _REST_OF_MIXED = 10, 30
"""Guesses for a letter or digit that belongs to no part; capitals within words are random."""


@dataclass(frozen=True)
class Estimate:
    """Guesses that a password takes, and whether known words of the account are part of it."""

    guesses: int
    known: bool


def reject_weak(password: str, field: str, known: Iterable[str]) -> None:
    """Raise Invalid at ``field`` for a password that is too short, too long or easily guessed.

    ``known`` are the names and addresses of the account and its club, which others know. Takes
    some hundredths of a second: not to be called in the event loop.
    """
    length = len(normalized(password))
    if length < SHORTEST:
        raise Invalid("password_too_short", field, f"at least {SHORTEST} characters are needed")
    if length > LONGEST:
        raise Invalid("password_too_long", field, f"at most {LONGEST} characters are possible")
    found = estimate(password, known)
    if found.guesses >= ENOUGH:
        return
    if found.known:
        detail = "is mostly the name, the email address or the club; use other words"
        raise Invalid("password_guessable", field, detail)
    detail = "is easily guessed; four words that have nothing to do with each other are good"
    raise Invalid("password_common", field, detail)


def estimate(password: str, known: Iterable[str]) -> Estimate:
    """Return the guesses of the first reading of a password that takes fewer than ``ENOUGH``.

    If there is none, those of the reading that takes the fewest.
    """
    text = _once(normalized(password))[:_LOOKED_AT]
    if _LETTERS.search(text) is None:
        return Estimate(1, known=False)  # dates, telephone numbers, walks over the digits
    told = known_words(known)
    regular = all(_USUAL_CASE.match(run) for run in _LETTERS.findall(text))
    rest = _REST if regular else _REST_OF_MIXED
    found: list[Estimate] = []
    for reading, spoken in readings(text.casefold()[:_LOOKED_AT]):
        parts = cheapest_parts(reading[:_LOOKED_AT], told, spoken=spoken and regular, rest=rest)
        found.append(_estimate(parts))
        if found[-1].guesses < ENOUGH:
            return found[-1]
    return min(found, key=lambda each: each.guesses)


def _once(text: str) -> str:
    """Return what a text repeats between its first and its last letter; otherwise all of it."""
    core = without_edges(text)
    once = core[: (core + core).index(core, 1)]
    return once if once != core else text


def _estimate(parts: Iterable[Part]) -> Estimate:
    """Return the guesses for parts in some order; a part that comes again counts little.

    Further walks over the keyboard count like the choice among ten of them.
    """
    guesses, order, known = 1, 1, False
    seen: set[str] = set()
    walked = False
    for part in parts:
        known = known or part.known
        if part.token in seen:
            guesses *= 1 if part.separates else 2
        elif part.walk and walked:
            guesses *= min(10, part.guesses)
        else:
            guesses *= part.guesses
            if not part.separates:
                order = min(order * (len(seen) + 1), _MOST_ORDERS)
        seen.add(part.token)
        walked = walked or part.walk
    return Estimate(guesses * order, known)
