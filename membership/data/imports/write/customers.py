"""Writes lines of customers: matched, created in bulk, or changed as by the API."""

from typing import Any
from uuid import UUID, uuid4

from membership.data.imports.batch import Batch, Item
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.matching import CustomerMatcher
from membership.data.imports.resolve.reservations import Reservations, codes_of
from membership.data.imports.schemas import LineOutcome, MatchBy, OnDuplicate
from membership.data.imports.write.inserts import create_customers
from membership.data.imports.write.updates import Change, change_customers
from membership.events.types import EventType

_SAME = {
    MatchBy.NUMBER: "number",
    MatchBy.EMAIL: "email",
    MatchBy.PHONE: "phone",
    MatchBy.NAME_BIRTH_DATE: "name and birth_date",
}


def write_customers(batch: Batch) -> None:
    """Write the customers of a batch, and set the result of each line."""
    handler = _Handler(batch)
    for item in batch.valid_items():
        handler.add(item)
    handler.write()


class _Handler:
    """One batch of customers."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._matcher = CustomerMatcher(batch)
        self._reserved = Reservations(batch)
        self._fresh: dict[UUID, Item] = {}
        self._changes: list[Change] = []

    def add(self, item: Item) -> None:
        """Decide whether a line is created, changed, skipped or refused."""
        values = item.values or {}
        found = self._matcher.find(values)
        if found is None:
            self._create(item, values)
        elif self._batch.duplicates.action is OnDuplicate.SKIP:
            who, rule = found
            item.record_result(LineOutcome.SKIPPED, _id(who), f"{_SAME[rule]}: {_where(who)}")
        else:
            self._change(item, values, found[0])

    def write(self) -> None:
        """Write the rows; a dry run stores keys only."""
        if self._batch.dry_run:
            self._matcher.store_keys()
            self._reserved.store_keys()
        elif self._fresh:
            create_customers(self._batch, list(self._fresh.items()))
        changed = change_customers(self._batch, self._changes)
        if changed:
            self._batch.emit(EventType.CUSTOMER_UPDATED, _changed_event, changed)

    def _create(self, item: Item, values: Values) -> None:
        """Create a customer, unless the line's number or card belongs to another."""
        number, codes = values.get("number"), codes_of(values)
        if self._reserved.holder_of_number(number) is not None:
            item.refuse(f"number: C-{number:06} is somebody else's")
            return
        if any(self._reserved.holder_of_code(code) is not None for code in codes):
            item.refuse("card_code: a card of somebody else says the same")
            return
        who = uuid4()
        self._fresh[who] = item
        self._reserved.reserve(who, item.line, number, codes)
        self._matcher.add(values, who, item.line)
        item.record_result(LineOutcome.CREATED, None if self._batch.dry_run else who)

    def _change(self, item: Item, values: Values, who: UUID | int) -> None:
        """Change the customer that a line matched."""
        holders = {code: self._reserved.holder_of_code(code) for code in codes_of(values)}
        if not {None, who}.issuperset(holders.values()) and not isinstance(who, int):
            item.refuse("card_code: a card of somebody else says the same")
            return
        if isinstance(who, int):
            item.record_result(LineOutcome.UPDATED, None, _where(who))
            return
        self._matcher.add(values, who, item.line)
        new_codes = tuple(code for code, holder in holders.items() if holder is None)
        self._reserved.reserve(who, item.line, None, new_codes)
        earlier = self._fresh.get(who)
        if earlier is None or earlier.values is None:
            self._changes.append(Change(item, who, new_codes))
            return
        kept = {name: value for name, value in values.items() if name != "number"}
        merged = {**earlier.values, **kept}
        same = merged == earlier.values
        earlier.values = merged
        item.record_result(
            LineOutcome.UNCHANGED if same else LineOutcome.UPDATED, who, _where(earlier.line)
        )


def _id(who: UUID | int) -> UUID | None:
    """The id of an existing customer; None for a line of a dry run."""
    return who if isinstance(who, UUID) else None


def _where(who: UUID | int) -> str:
    """Where a customer was found, for the report."""
    return "is there already" if isinstance(who, UUID) else f"same as in line {who}"


def _changed_event(changed: tuple[UUID, list[str]]) -> tuple[UUID, dict[str, Any]]:
    """The event of a changed customer."""
    who, fields = changed
    return who, {"customer_id": str(who), "changed": fields}
