"""How many guesses a new password of staff takes, and which ones are refused for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import factorial

from membership.accounts.staff.guessed import known_words
from membership.accounts.staff.password_parts import Kind, Part, cheapest_parts
from membership.accounts.staff.password_patterns import (
    is_counted,
    is_walk,
    streams,
    takes_turns,
)
from membership.accounts.staff.password_readings import readings, run_together, said_once
from membership.web.errors import Invalid
from membership.web.passwords import LONGEST, SHORTEST, normalized

ENOUGH = 10**8
"""Guesses that a password must take at least, counted with care: years of tries at the service,
and weeks of a fast machine with a stolen hash of argon2id."""

_LOOKED_AT = 48
"""Letters of a password that are looked at: as many are enough, and more would take long."""
_USUAL_CASE = re.compile(r"(?:[^\W\d_A-Z]+|[A-Z]+|(?:[A-Z][^\W\d_A-Z]{2,})+)\Z")
_TURN = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[a-z])")
_MOST_TURNS = 10
_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_ORDERS = factorial(12)
_REST, _REST_OF_MIXED = 10, 30
"""Guesses for a letter or digit that belongs to no part; capitals within words are random."""


class Why(StrEnum):
    """Why a password is easily guessed: the codes of the answers."""

    KNOWN = "password_guessable"
    SAYING = "password_phrase"
    ADDRESS = "password_address"
    COMMON = "password_common"


DETAILS = {
    Why.KNOWN: "is mostly the name, the email address or the club; use other words",
    Why.SAYING: "is a saying, a title, a song or another sentence that many know; make up your own",
    Why.ADDRESS: "is a street with a number, and there are not many of them; use other words",
    Why.COMMON: "is easily guessed: usual words, a place, a date, or keys in their order; four "
    "words that have nothing to do with each other are good",
}


@dataclass(frozen=True)
class Estimate:
    """Guesses that a password takes, and what makes it easy if it is."""

    guesses: int
    why: Why = Why.COMMON


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
    if found.guesses < ENOUGH:
        code = found.why
        raise Invalid(code.value, field, DETAILS[code])


def estimate(password: str, known: Iterable[str]) -> Estimate:
    """Return the guesses of the first reading of a password that takes fewer than ``ENOUGH``.

    If there is none, those of the reading that takes the fewest.
    """
    text = said_once(normalized(password), _LOOKED_AT)
    if _LETTERS.search(text) is None:
        return Estimate(1)  # dates, telephone numbers, walks over the digits
    if _is_mixed(text.casefold()):
        return Estimate(1)
    words = known_words(known)
    regular = all(_USUAL_CASE.match(run) for run in _LETTERS.findall(text))
    rest = _REST if regular else _REST_OF_MIXED
    turns = 1 if regular else 2 ** min(_MOST_TURNS, len(_TURN.findall(text)))
    found: list[Estimate] = []
    for reading in readings(text.casefold()[:_LOOKED_AT]):
        looked_at = reading._replace(
            text=reading.text[:_LOOKED_AT], spoken=reading.spoken and regular
        )
        parts = cheapest_parts(looked_at, words, rest=rest)
        made = _estimate(parts)
        found.append(replace(made, guesses=made.guesses * turns * reading.factor))
        if found[-1].guesses < ENOUGH:
            return found[-1]
    return min(found, key=lambda each: each.guesses)


def _is_mixed(text: str) -> bool:
    """Whether a text is mixed from streams that each are counted, or keys in their order."""
    for parts in (*streams(text), *streams(run_together(text))):
        if all(is_counted(part) or is_walk(part) for part in parts):
            return True
    return takes_turns(text)


def _estimate(parts: Iterable[Part]) -> Estimate:
    """Return the guesses for parts in some order; a part that comes again counts little.

    Further walks over the keyboard count like the choice among ten of them.
    """
    guesses, order = 1, 1
    seen: set[str] = set()
    walked = False
    parts = list(parts)
    for part in parts:
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
    return Estimate(guesses * order, _why(parts))


def _why(parts: Sequence[Part]) -> Why:
    """Return what to say of a password of these parts, if it is refused."""
    if any(part.known for part in parts):
        return Why.KNOWN
    letters = sum(part.end - part.start for part in parts)
    for kind, why in ((Kind.SAYING, Why.SAYING), (Kind.STREET, Why.ADDRESS)):
        if 2 * sum(part.end - part.start for part in parts if part.kind is kind) > letters:
            return why
    return Why.COMMON
