"""Lines that are customers: recognised, created in bulk, or changed as the API would do it."""

from typing import Any
from uuid import UUID, uuid4

from membership.data.imports.batch import Batch, Item
from membership.data.imports.changing import Change, change_customers
from membership.data.imports.claims import Claims
from membership.data.imports.columns import Values
from membership.data.imports.creating import create_customers
from membership.data.imports.matching import Matcher
from membership.data.imports.schemas import LineOutcome, MatchBy, OnDuplicate
from membership.events.types import EventType

_SAME = {
    MatchBy.NUMBER: "number",
    MatchBy.EMAIL: "email",
    MatchBy.PHONE: "phone",
    MatchBy.NAME_BIRTH_DATE: "name and birth_date",
}


def handle_customers(batch: Batch) -> None:
    """Store the customers of a batch, and settle each of its lines."""
    handler = _Handler(batch)
    for item in batch.good():
        handler.take(item)
    handler.store()


class _Handler:
    """One batch of customers."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._matcher = Matcher(batch)
        self._claims = Claims(batch)
        self._fresh: dict[UUID, Item] = {}
        self._changes: list[Change] = []

    def take(self, item: Item) -> None:
        """Decide what becomes of a line."""
        values = item.values or {}
        found = self._matcher.find(values)
        if found is None:
            self._create(item, values)
        elif self._batch.duplicates.action is OnDuplicate.SKIP:
            who, rule = found
            item.settle(LineOutcome.SKIPPED, _id(who), f"{_SAME[rule]}: {_where(who)}")
        else:
            self._change(item, values, found[0])

    def store(self) -> None:
        """Write what was decided; a dry run only remembers it."""
        if self._batch.dry_run:
            self._matcher.keep()
            self._claims.keep()
        elif self._fresh:
            create_customers(self._batch, list(self._fresh.items()))
        changed = change_customers(self._batch, self._changes)
        if changed:
            self._batch.tell(EventType.CUSTOMER_UPDATED, _changed_event, changed)

    def _create(self, item: Item, values: Values) -> None:
        """Make a new customer of a line, unless its number or its card are taken."""
        number, code = values.get("number"), values.get("card_code")
        if self._claims.holder_of_number(number) is not None:
            item.refuse(f"number: C-{number:06} is somebody else's")
            return
        if self._claims.holder_of_code(code) is not None:
            item.refuse("card_code: a card of somebody else says the same")
            return
        who = uuid4()
        self._fresh[who] = item
        self._claims.claim(who, item.line, number, code)
        self._matcher.add(values, who, item.line)
        item.settle(LineOutcome.CREATED, None if self._batch.dry_run else who)

    def _change(self, item: Item, values: Values, who: UUID | int) -> None:
        """Let a line change whom it was recognised as."""
        code = values.get("card_code")
        holder = self._claims.holder_of_code(code)
        if holder not in {None, who} and not isinstance(who, int):
            item.refuse("card_code: a card of somebody else says the same")
            return
        if isinstance(who, int):
            item.settle(LineOutcome.UPDATED, None, _where(who))
            return
        self._matcher.add(values, who, item.line)
        if holder is None:
            self._claims.claim(who, item.line, None, code)
        earlier = self._fresh.get(who)
        if earlier is None or earlier.values is None:
            new_code = code if holder is None else None
            self._changes.append(Change(item, who, new_code))
            return
        kept = {name: value for name, value in values.items() if name != "number"}
        merged = {**earlier.values, **kept}
        same = merged == earlier.values
        earlier.values = merged
        item.settle(
            LineOutcome.UNCHANGED if same else LineOutcome.UPDATED, who, _where(earlier.line)
        )


def _id(who: UUID | int) -> UUID | None:
    """The id of a customer who is there already."""
    return who if isinstance(who, UUID) else None


def _where(who: UUID | int) -> str:
    """Where a customer was recognised."""
    return "is there already" if isinstance(who, UUID) else f"same as in line {who}"


def _changed_event(changed: tuple[UUID, list[str]]) -> tuple[UUID, dict[str, Any]]:
    """What is told of a customer who was changed."""
    who, fields = changed
    return who, {"customer_id": str(who), "changed": fields}
