"""People as a line of a file or a row of the database gives them, and whether two are the same.

An address or a telephone may belong to a whole family. So it makes one person of two only where
nothing says that they are two: another number, another name or another date of birth.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from membership.base.folding import fold

_SCANNED = 50
"""Most people with one address that are compared one by one; more are found by their whole name."""

Mark = Callable[[str], str]


def plain(text: str) -> str:
    """Return a text as it is: how people are compared in a real run."""
    return text


def digest_for(import_id: UUID) -> Mark:
    """Return the digest by which a dry run compares people, so that no personal data is stored."""
    salt = import_id.bytes

    def digest(text: str) -> str:
        return hashlib.sha256(salt + text.encode()).hexdigest()[:16] if text else ""

    return digest


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a line may mean: names and date of birth as marks, empty where not known.

    ``who`` is the id, or in a dry run the number of the line that would create them; ``line`` is
    the line of this file that they are from, as far as it is known.
    """

    who: UUID | int
    number: int | None
    given: str
    family: str
    whole: str
    born: str
    from_file: bool = False
    line: int | None = None

    @classmethod
    def of(
        cls,
        who: UUID | int,
        number: int | None,
        names: tuple[str, str],
        born: date | None,
        mark: Mark,
        *,
        from_file: bool = False,
        line: int | None = None,
    ) -> "Person":
        """Return the person with these names."""
        given, family = (fold(each).strip() for each in names)
        whole = mark(f"{given} {family}".strip())
        when = mark("" if born is None else born.isoformat())
        return cls(who, number, mark(given), mark(family), whole, when, from_file, line)

    def has_name_of(self, other: "Person") -> bool:
        """Whether the names agree: the same, or one of them without a family name."""
        if self.whole == other.whole:
            return True
        return self.given == other.given != "" and not (self.family and other.family)

    def differs(self, other: "Person") -> str | None:
        """Why two are not the same person: `number`, `birth_date` or `name`; None if they may be.

        A number that one of them lacks, and a date of birth, say nothing.
        """
        if None not in {self.number, other.number} and self.number != other.number:
            return "number"
        if self.born and other.born and self.born != other.born:
            return "birth_date"
        return None if self.has_name_of(other) else "name"


@dataclass(slots=True)
class Sharers:
    """The people who share one address, telephone or number, in their order."""

    people: list[Person] = field(default_factory=list)
    _by_name: dict[str, list[Person]] = field(default_factory=dict)
    _known: set[UUID | int] = field(default_factory=set)

    def add(self, person: Person) -> bool:
        """Add a person; returns whether they are new here."""
        if person.who in self._known:
            return False
        self._known.add(person.who)
        self.people.append(person)
        self._by_name.setdefault(person.whole, []).append(person)
        return True

    def has(self, who: UUID | int) -> bool:
        """Whether somebody is among them."""
        return who in self._known

    def likeliest(self, person: Person) -> list[Person]:
        """The people who may be ``person``: of the same name first, then the first ones."""
        same = self._by_name.get(person.whole, [])
        return [*same, *(each for each in self.people[:_SCANNED] if each not in same)]
