"""Matches lines with existing customers, in the database or earlier in the same file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from membership.base.folding import fold
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.people import Person, Sharers, digest_for, plain
from membership.data.imports.resolve.reservations import codes_of
from membership.data.imports.schemas import MatchBy, MaybeSame, OnDuplicate
from membership.members.customers.aliases import (
    resolve_addresses,
    resolve_numbers,
    resolve_phones,
)
from membership.members.customers.former_numbers import former_key
from membership.members.customers.service import email_key
from membership.store.models import Card, Customer, FormerNumber
from passes.codes.foreign import foreign_spellings


class Implied(StrEnum):
    """How a line is recognised besides ``MatchBy``, without being asked for."""

    CARD = "card_code"
    FORMER = "former_numbers"


Rule = MatchBy | Implied
Key = tuple[Rule, Any]
_SURE = frozenset[Rule]({MatchBy.NUMBER, Implied.CARD, Implied.FORMER})
"""Rules by which nobody is maybe the same.

A line about somebody else is refused for a number or a card; many may have a former number.
"""
_VETOES: dict[Rule, frozenset[str]] = {
    MatchBy.NUMBER: frozenset(),
    Implied.CARD: frozenset({"number", "birth_date", "name"}),
    Implied.FORMER: frozenset({"number", "birth_date", "name"}),
    MatchBy.EMAIL: frozenset({"number", "birth_date", "name"}),
    MatchBy.PHONE: frozenset({"number", "birth_date", "name"}),
    MatchBy.NAME_BIRTH_DATE: frozenset({"number"}),
}
"""What says under each rule that two are not the same person."""
_OF_SAME_NAME = frozenset({"birth_date", "name"})
"""The same where nobody asked for numbers: a number is the same person's if the name is."""
_SHOWN = (Customer.number, Customer.id, Customer.given_name, Customer.family_name,
          Customer.birth_date)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a line means, and by which rule; or else who is maybe the same.

    ``other`` is somebody else whom it may mean as well.
    """

    person: Person | None = None
    other: Person | None = None
    rule: Rule | None = None
    maybe: Person | None = None


def keys_of(rule: Rule, values: Values) -> list[Key]:
    """The keys of a line under a rule: one for each card and former number, else at most one."""
    parts: tuple[Any, ...]
    match rule:
        case MatchBy.NUMBER:
            parts = (values.get("number"),)
        case MatchBy.EMAIL:
            parts = (email_key(values.get("email")),)
        case MatchBy.PHONE:
            parts = (values["phone"][0],) if "phone" in values else ()
        case MatchBy.NAME_BIRTH_DATE:
            parts = (_person(values),)
        case Implied.CARD:
            parts = codes_of(values)
        case Implied.FORMER:
            parts = tuple(map(former_key, values.get("former_numbers", ())))
    return [(rule, part) for part in parts if part is not None]


def _merged_keys(rule: Rule, values: Values) -> list[Key]:
    """The numbers of merged people: they lead to a customer, and recognise none in their line."""
    if rule is not MatchBy.NUMBER:
        return []
    return [(rule, each) for each in values.get("merged_numbers", ())]


def _person(values: Values) -> tuple[str, date] | None:
    """Name and date of birth."""
    born = values.get("birth_date")
    return None if born is None else (_name(values), born)


def _name(values: Values) -> str:
    """A name in the form that is compared."""
    return fold(f"{values.get('given_name', '')} {values.get('family_name', '')}").strip()


class CustomerMatcher:
    """Finds the customers of lines: loaded for a batch, and extended line by line."""

    def __init__(self, batch: Batch) -> None:
        wanted = batch.duplicates
        self._batch = batch
        self._mark = digest_for(batch.import_id) if batch.dry_run else plain
        self._vetoes: dict[Rule, frozenset[str]] = {}
        if wanted.action is not OnDuplicate.CREATE:
            if MatchBy.NUMBER not in wanted.match:
                self._vetoes[MatchBy.NUMBER] = _OF_SAME_NAME
            asked: tuple[Rule, ...] = (*wanted.match, *Implied)
            self._vetoes |= {rule: _VETOES[rule] for rule in asked}
        self._known: dict[Key, Sharers] = {}
        self._kept: dict[Key, int] = {}
        values = [item.values for item in batch.valid_items() if item.values is not None]
        for rule in self._vetoes:
            keys = {key for each in values for key in keys_of(rule, each)}
            self._load(rule, keys)

    def find(self, values: Values, line: int) -> Match:
        """Return whom a line means, or who is maybe the same."""
        this = self._person_of(values, line)
        maybe: tuple[Person, Rule, str] | None = None
        for rule, vetoes in self._vetoes.items():
            fitting: list[Person] = []
            for each in self._sharing(keys_of(rule, values), this):
                why = self._differs(this, each, vetoes)
                if why is None:
                    fitting.append(each)
                elif maybe is None and rule not in _SURE:
                    maybe = (each, rule, why)
            if fitting:
                return Match(fitting[0], rule=rule, other=next(iter(fitting[1:]), None))
        if maybe is None:
            return Match()
        person, rule, why = maybe
        if why == "name" and self._batch.duplicates.maybe_same is MaybeSame.SAME:
            return Match(person, rule=rule)
        return Match(rule=rule, maybe=person)

    def add(self, values: Values, person: Person | UUID, line: int) -> None:
        """Add the customer whom a line created or changed, for the lines after it."""
        if isinstance(person, UUID):
            person = self._person_of(values, line, None if self._batch.dry_run else person)
        for rule in self._vetoes:
            for key in (*keys_of(rule, values), *_merged_keys(rule, values)):
                if self._known.setdefault(key, Sharers()).add(person):
                    self._kept.setdefault(key, line)

    def new_former_numbers(self, values: Values, who: UUID | int) -> tuple[str, ...]:
        """The former numbers of a line that a customer does not have yet."""
        has = {
            part
            for rule, part in keys_of(Implied.FORMER, values)
            if (rule, part) in self._known and self._known[rule, part].has(who)
        }
        numbers: tuple[str, ...] = values.get("former_numbers", ())
        return tuple(each for each in numbers if former_key(each) not in has)

    def store_keys(self) -> None:
        """Store the added keys in a dry run, with their people, for the batches after this one."""
        self._batch.store_people(
            {
                _text(key): (line, [_stored(each) for each in self._known[key].people])
                for key, line in self._kept.items()
            }
        )

    def _sharing(self, keys: list[Key], this: Person) -> list[Person]:
        """The people who share one of the keys, each once, the likeliest first."""
        found: dict[UUID | int, Person] = {}
        for key in keys:
            for each in self._known[key].likeliest(this) if key in self._known else ():
                found.setdefault(each.who, each)
        return list(found.values())

    def _person_of(self, values: Values, line: int, who: UUID | None = None) -> Person:
        """The person whom a line describes."""
        names = (values.get("given_name", ""), values.get("family_name", ""))
        return Person.of(
            line if who is None else who, values.get("number"), names, values.get("birth_date"),
            self._mark, from_file=True, line=line,
        )  # fmt: skip

    @staticmethod
    def _differs(this: Person, other: Person, vetoes: frozenset[str]) -> str | None:
        """Why a line is not a person, by the differences that count under a rule."""
        if not vetoes:
            return None
        why = this.differs(other)
        if why == "number" and "number" not in vetoes:
            # The number led to them: it is theirs, or that of somebody merged into them.
            why = this.differs(_without_number(other))
        return why if why in vetoes else None

    def _load(self, rule: Rule, keys: set[Key]) -> None:
        """Load the keys of a rule from the database, and from earlier lines of a dry run."""
        for key, person in self._rows(rule, keys):
            if key in keys:
                self._known.setdefault(key, Sharers()).add(person)
        by_text = {_text(key): key for key in keys}
        for text, people in self._batch.earlier_people(by_text).items():
            for each in people:
                self._known.setdefault(by_text[text], Sharers()).add(_loaded(each))

    def _rows(self, rule: Rule, keys: set[Key]) -> Iterable[tuple[Key, Person]]:
        """Customers that may match the keys, those with the lowest numbers first."""
        if rule is Implied.CARD:
            yield from self._holders({part for _, part in keys})
            return
        if rule is Implied.FORMER:
            yield from self._former({part for _, part in keys})
            return
        column: Any = {
            MatchBy.NUMBER: Customer.number,
            MatchBy.EMAIL: Customer.email_key,
            MatchBy.PHONE: Customer.phone,
            MatchBy.NAME_BIRTH_DATE: Customer.birth_date,
        }[rule]
        wanted = {part[1] if rule is MatchBy.NAME_BIRTH_DATE else part for _, part in keys}
        here = Customer.organization_id == self._batch.tenant.id
        nobodys = set(wanted)
        for some in chunks(wanted):
            query = select(column.label("key"), *_SHOWN).where(here, column.in_(some))
            rows = self._batch.session.execute(query).all()
            nobodys -= {row.key for row in rows}
            yield from self._people(rule, rows)
        here_too = (self._batch.session, self._batch.tenant.id)
        # Lines of one file are never one person by a former address that it has.
        before = self._batch.began
        match rule:
            case MatchBy.NUMBER:
                yield from self._merged(rule, list(resolve_numbers(*here_too, wanted).items()))
            case MatchBy.EMAIL:
                yield from self._merged(rule, resolve_addresses(*here_too, nobodys, before=before))
            case MatchBy.PHONE:
                yield from self._merged(rule, resolve_phones(*here_too, nobodys, before=before))

    def _merged(self, rule: Rule, stayed: list[tuple[Any, UUID]]) -> Iterable[tuple[Key, Person]]:
        """Customers by what named those who were merged into them."""
        people: dict[UUID | int, Person] = {}
        for some in chunks({who for _, who in stayed}):
            query = select(Customer.number.label("key"), *_SHOWN).where(
                Customer.organization_id == self._batch.tenant.id, Customer.id.in_(some)
            )
            rows = self._batch.session.execute(query).all()
            people |= {each.who: each for _, each in self._people(rule, rows)}
        for key, who in sorted(stayed):
            if who in people:
                yield (rule, key), people[who]

    def _holders(self, codes: set[str]) -> Iterable[tuple[Key, Person]]:
        """Customers whose cards have codes, whichever spelling they are stored in."""
        spelled = {each: code for code in codes for each in (*foreign_spellings(code), code)}
        same = and_(Customer.organization_id == Card.organization_id,
                    Customer.id == Card.customer_id)  # fmt: skip
        for some in chunks(spelled):
            rows = self._batch.session.execute(
                select(Card.code.label("key"), *_SHOWN)
                .join(Customer, same)
                .where(Card.organization_id == self._batch.tenant.id, Card.code.in_(some))
            )
            for (rule, code), person in self._people(Implied.CARD, rows.all()):
                yield (rule, spelled[code]), person

    def _former(self, keys: set[str]) -> Iterable[tuple[Key, Person]]:
        """Customers by their former numbers."""
        same = and_(Customer.organization_id == FormerNumber.organization_id,
                    Customer.id == FormerNumber.customer_id)  # fmt: skip
        for some in chunks(keys):
            rows = self._batch.session.execute(
                select(FormerNumber.key, *_SHOWN)
                .join(Customer, same)
                .where(
                    FormerNumber.organization_id == self._batch.tenant.id,
                    FormerNumber.key.in_(some),
                )
            )
            yield from self._people(Implied.FORMER, rows.all())

    def _people(self, rule: Rule, rows: Iterable[Any]) -> Iterable[tuple[Key, Person]]:
        """The people of rows, each with the key that led to them."""
        # Sorted here: for ORDER BY, SQLite would use the index of numbers and read all rows.
        for row in sorted(rows, key=lambda row: row.number):
            part = row.key
            if rule is MatchBy.NAME_BIRTH_DATE:
                names = {"given_name": row.given_name, "family_name": row.family_name}
                part = (_name(names), row.birth_date)
            here = self._batch.created_here(row.number)
            automatic = here and row.number > self._batch.highest_number
            number = None if automatic else row.number
            person = Person.of(
                row.id, number, (row.given_name, row.family_name), row.birth_date, self._mark,
                from_file=here,
            )  # fmt: skip
            yield (rule, part), person


def _without_number(person: Person) -> Person:
    """The same person, of whom no number is known."""
    return Person(person.who, None, person.given, person.family, person.whole, person.born)


def _text(key: Key) -> str:
    """A key as text, as a dry run stores it."""
    rule, part = key
    return f"{rule.value}\n{part}"


def _stored(person: Person) -> list[Any]:
    """A person as a dry run stores them, without ids that are in the database anyway."""
    who = person.who if isinstance(person.who, int) else str(person.who)
    return [who, person.number, person.given, person.family, person.whole, person.born, person.line]


def _loaded(stored: list[Any]) -> Person:
    """A person whom an earlier batch of a dry run stored."""
    who, number, given, family, whole, born, line = stored
    return Person(
        who if isinstance(who, int) else UUID(who), number, given, family, whole, born,
        from_file=isinstance(who, int), line=line,
    )  # fmt: skip
