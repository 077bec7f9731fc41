"""Matches lines with existing customers, in the database or earlier in the same file."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.base.folding import fold
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks
from membership.data.imports.parse.columns import Values
from membership.data.imports.schemas import MatchBy, OnDuplicate
from membership.members.customers.service import email_key
from membership.store.models import Customer

Key = tuple[MatchBy, Any]


def key_of(rule: MatchBy, values: Values) -> Key | None:
    """The key of a line under a rule; None if it lacks the values."""
    match rule:
        case MatchBy.NUMBER:
            part = values.get("number")
        case MatchBy.EMAIL:
            part = email_key(values.get("email"))
        case MatchBy.PHONE:
            part = values["phone"][0] if "phone" in values else None
        case MatchBy.NAME_BIRTH_DATE:
            part = _person(values)
    return None if part is None else (rule, part)


def _person(values: Values) -> tuple[str, date] | None:
    """Name and date of birth."""
    born = values.get("birth_date")
    return None if born is None else (_name(values), born)


def _name(values: Values) -> str:
    """A name in the form that is compared."""
    return fold(f"{values.get('given_name', '')} {values.get('family_name', '')}")


class CustomerMatcher:
    """Finds the customers of lines: loaded for a batch, and extended line by line."""

    def __init__(self, batch: Batch) -> None:
        wanted = batch.duplicates
        self._rules = () if wanted.action is OnDuplicate.CREATE else wanted.match
        self._batch = batch
        self._known: dict[Key, UUID | int] = {}
        values = [item.values for item in batch.valid_items() if item.values is not None]
        for rule in self._rules:
            keys = {key for each in values if (key := key_of(rule, each)) is not None}
            self._load(rule, keys)
        self._kept: dict[str, int] = {}

    def find(self, values: Values) -> tuple[UUID | int, MatchBy] | None:
        """The customer of a line, and the rule that matched; None without a match.

        In a dry run it may be the number of an earlier line instead of a customer's id.
        """
        for rule in self._rules:
            key = key_of(rule, values)
            if key is not None and (found := self._known.get(key)) is not None:
                return found, rule
        return None

    def add(self, values: Values, who: UUID, line: int) -> None:
        """Add the customer whom a line created or changed, for the lines after it."""
        for rule in self._rules:
            key = key_of(rule, values)
            if key is not None and key not in self._known:
                self._known[key] = line if self._batch.dry_run else who
                self._kept[_text(key)] = line

    def store_keys(self) -> None:
        """Store the added keys in a dry run, for the batches after this one."""
        self._batch.store_keys(self._kept)

    def _load(self, rule: MatchBy, keys: set[Key]) -> None:
        """Load the keys of a rule from the database, and from earlier lines of a dry run."""
        by_text = {_text(key): key for key in keys}
        for text, line in self._batch.earlier_keys(by_text).items():
            self._known[by_text[text]] = line
        for who, values in self._rows(rule, keys):
            key = key_of(rule, values)
            if key in keys:
                self._known.setdefault(key, who)

    def _rows(self, rule: MatchBy, keys: set[Key]) -> Iterable[tuple[UUID, Values]]:
        """Customers that may match the keys, those with the lowest numbers first."""
        column: Any = {
            MatchBy.NUMBER: Customer.number,
            MatchBy.EMAIL: Customer.email_key,
            MatchBy.PHONE: Customer.phone,
            MatchBy.NAME_BIRTH_DATE: Customer.birth_date,
        }[rule]
        named = rule is MatchBy.NAME_BIRTH_DATE
        shown = [Customer.given_name, Customer.family_name] if named else []
        wanted = {part[1] if named else part for _, part in keys}
        for some in chunks(wanted):
            rows = self._batch.session.execute(
                select(Customer.number, Customer.id, column, *shown).where(
                    Customer.organization_id == self._batch.tenant.id, column.in_(some)
                )
            ).all()
            # Sorted here: for ORDER BY, SQLite would use the index of numbers and read all rows.
            for _, who, found, *names in sorted(rows, key=lambda row: row.number):
                yield who, _values(rule, found, names)


def _values(rule: MatchBy, found: Any, names: list[str]) -> Values:
    """The values of a row in the form of a line's values."""
    match rule:
        case MatchBy.NUMBER:
            return {"number": found}
        case MatchBy.EMAIL:
            return {"email": found}
        case MatchBy.PHONE:
            return {"phone": (found, "")}
        case MatchBy.NAME_BIRTH_DATE:
            return {"birth_date": found, "given_name": names[0], "family_name": names[1]}


def _text(key: Key) -> str:
    """A key as text, as a dry run stores it."""
    rule, part = key
    return f"{rule.value}\n{part}"
