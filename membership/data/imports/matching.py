"""Recognises customers who are there already: in the database, or further up in the same file."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.base.folding import fold
from membership.data.imports.batch import Batch
from membership.data.imports.bulk import pieces
from membership.data.imports.columns import Values
from membership.data.imports.schemas import MatchBy, OnDuplicate
from membership.members.customers.service import email_key
from membership.store.models import Customer

Key = tuple[MatchBy, Any]


def key_of(rule: MatchBy, values: Values) -> Key | None:
    """What a line is recognised by under a rule; None if it lacks that."""
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
    """Name and day of birth."""
    born = values.get("birth_date")
    return None if born is None else (_name(values), born)


def _name(values: Values) -> str:
    """A name as it is compared."""
    return fold(f"{values.get('given_name', '')} {values.get('family_name', '')}")


class Matcher:
    """Whom the lines of a batch are: loaded at once, and added to line by line."""

    def __init__(self, batch: Batch) -> None:
        wanted = batch.duplicates
        self._rules = () if wanted.action is OnDuplicate.CREATE else wanted.match
        self._batch = batch
        self._known: dict[Key, UUID | int] = {}
        values = [item.values for item in batch.good() if item.values is not None]
        for rule in self._rules:
            keys = {key for each in values if (key := key_of(rule, each)) is not None}
            self._load(rule, keys)
        self._kept: dict[str, int] = {}

    def find(self, values: Values) -> tuple[UUID | int, MatchBy] | None:
        """Whom a line is, and by which rule; in a dry run possibly an earlier line's number."""
        for rule in self._rules:
            key = key_of(rule, values)
            if key is not None and (found := self._known.get(key)) is not None:
                return found, rule
        return None

    def add(self, values: Values, who: UUID, line: int) -> None:
        """Remember whom a line made or changed, for the lines after it."""
        for rule in self._rules:
            key = key_of(rule, values)
            if key is not None and key not in self._known:
                self._known[key] = line if self._batch.dry_run else who
                self._kept[_text(key)] = line

    def keep(self) -> None:
        """Note in a dry run what was remembered, for the batches after this one."""
        self._batch.keep_keys(self._kept)

    def _load(self, rule: MatchBy, keys: set[Key]) -> None:
        """Look for the keys of a rule in the database, and among earlier lines of a dry run."""
        by_text = {_text(key): key for key in keys}
        for text, line in self._batch.keys_before(by_text).items():
            self._known[by_text[text]] = line
        for who, values in self._rows(rule, keys):
            key = key_of(rule, values)
            if key in keys:
                self._known.setdefault(key, who)

    def _rows(self, rule: MatchBy, keys: set[Key]) -> Iterable[tuple[UUID, Values]]:
        """Customers that may have the keys, those with the lowest numbers first."""
        column: Any = {
            MatchBy.NUMBER: Customer.number,
            MatchBy.EMAIL: Customer.email_key,
            MatchBy.PHONE: Customer.phone,
            MatchBy.NAME_BIRTH_DATE: Customer.birth_date,
        }[rule]
        named = rule is MatchBy.NAME_BIRTH_DATE
        shown = [Customer.given_name, Customer.family_name] if named else []
        wanted = {part[1] if named else part for _, part in keys}
        for some in pieces(wanted):
            rows = self._batch.session.execute(
                select(Customer.number, Customer.id, column, *shown).where(
                    Customer.organization_id == self._batch.tenant.id, column.in_(some)
                )
            ).all()
            # Ordered here: SQLite would take the index of numbers, and read all customers.
            for _, who, found, *names in sorted(rows, key=lambda row: row.number):
                yield who, _values(rule, found, names)


def _values(rule: MatchBy, found: Any, names: list[str]) -> Values:
    """What a row says, as a line would."""
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
    """A key as a dry run keeps it."""
    rule, part = key
    return f"{rule.value}\n{part}"
