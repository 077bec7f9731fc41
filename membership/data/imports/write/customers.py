"""Writes lines of customers: matched, created in bulk, or changed as by the API."""

from typing import Any
from uuid import UUID, uuid4

from membership.data.imports.batch import Batch, Item
from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.former_addresses import Owners
from membership.data.imports.resolve.matching import CustomerMatcher, Implied, Match, Rule
from membership.data.imports.resolve.people import Person
from membership.data.imports.resolve.remembered import Remembered, content_of
from membership.data.imports.resolve.reservations import Reservations, codes_of
from membership.data.imports.resolve.tried import Tried
from membership.data.imports.schemas import LineNote, LineOutcome, MatchBy, MaybeSame, OnDuplicate
from membership.data.imports.write.inserts import create_customers
from membership.data.imports.write.merging import added_former, left_out, merge
from membership.data.imports.write.updates import Change, change_customers, fields_of, former_marks
from membership.events.types import EventType

_SAME: dict[Rule, str] = {
    Implied.CARD: "card_code",
    Implied.FORMER: "former_numbers",
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
        self._owners = Owners(batch)
        self._remembered = Remembered(batch)
        self._skips = batch.duplicates.action is OnDuplicate.SKIP
        self._tried = Tried(batch)
        self._fresh: dict[UUID | int, Item] = {}
        self._changes: list[Change] = []

    def add(self, item: Item) -> None:
        """Decide whether a line is created, changed, skipped or refused."""
        values = item.values or {}
        match = self._matcher.find(values, item.line)
        creates = self._batch.duplicates.action is OnDuplicate.CREATE
        content = None if creates else content_of(self._batch, values)
        if match.person is None or not self._skips:
            who = None if match.person is None else match.person.who
            self._owners.leave_out_taken(item, who)
            values = self._reserved.leave_out_taken(item, who)
        if match.person is not None:
            self._change(item, values, match.person, match)
        elif (before := self._remembered.take(content)) is not None:
            item.record_result(LineOutcome.UNCHANGED, before, "the same line was imported before")
        elif match.maybe is not None and self._batch.duplicates.maybe_same is MaybeSame.SKIP:
            item.record_result(
                LineOutcome.SKIPPED, _id(match.maybe), _maybe(match), LineNote.MAYBE_SAME
            )
        else:
            self._create(item, values, match, content)

    def write(self) -> None:
        """Write the rows; a dry run stores keys only."""
        for who, item in self._fresh.items():
            values = item.values or {}
            self._tried.set(who, fields_of(values) | former_marks(values), item.line)
        changed = self._write_new_and_changed()
        if changed:
            self._batch.emit(EventType.CUSTOMER_UPDATED, _changed_event, changed)

    def _write_new_and_changed(self) -> list[tuple[UUID, list[str]]]:
        """Write new customers and changes; returns the changed ones, with their fields."""
        if not self._batch.dry_run:
            fresh = [(who, item) for who, item in self._fresh.items() if isinstance(who, UUID)]
            if fresh:
                create_customers(self._batch, fresh)
            self._remembered.write()
            return change_customers(self._batch, self._changes, self._tried)
        change_customers(self._batch, self._changes, self._tried)
        self._matcher.store_keys()
        self._owners.store_keys()
        self._reserved.store_keys()
        self._remembered.store_keys()
        self._tried.store()
        return []

    def _create(self, item: Item, values: Values, match: Match, content: str | None) -> None:
        """Create a customer, unless the line's number or card belongs to another."""
        number, codes = values.get("number"), codes_of(values)
        if self._reserved.holder_of_number(number) is not None:
            item.refuse(f"number: C-{number:06} is somebody else's")
            return
        if any(self._reserved.holder_of_code(code) is not None for code in codes):
            item.refuse(_TAKEN)
            return
        who = uuid4()
        name = item.line if self._batch.dry_run else who
        self._fresh[name] = item
        self._remembered.add(content, who)
        self._reserved.reserve(name, item.line, number, codes)
        self._reserved.reserve_merged(name, item.line, values.get("merged_numbers", ()))
        self._matcher.add(values, who, item.line)
        self._owners.add(values, name, item.line)
        note = None if match.maybe is None else LineNote.MAYBE_SAME
        created = None if self._batch.dry_run else who
        item.record_result(LineOutcome.CREATED, created, _maybe(match) if note else "", note)

    def _change(self, item: Item, values: Values, person: Person, match: Match) -> None:
        """Change the customer that a line matched, or leave them as they are.

        Cards are added and never replaced. A further line about a person of this file adds
        cards even where people who are there already are left alone.
        """
        who = person.who
        holders = {code: self._reserved.holder_of_code(code) for code in codes_of(values)}
        if not {None, who}.issuperset(holders.values()):
            item.refuse(_TAKEN)
            return
        new_codes = tuple(code for code, holder in holders.items() if holder is None)
        new_former = self._matcher.new_former_numbers(values, who)
        new_merged = self._reserved.new_merged(values, who)
        leaves = self._skips and not (person.from_file and new_codes)
        if match.other is not None and not leaves:
            rule = _SAME[match.rule or MatchBy.NUMBER]
            both = f"{_who(person)} and {_who(match.other)}"
            item.refuse(f"{rule}: is that of {both}; give the number or the birth_date")
            return
        if self._skips and not person.from_file:
            why = f"{_SAME[match.rule or MatchBy.NUMBER]}: is there already"
            self._changes.append(
                Change(item, person, new_codes, new_former, new_merged, applies=False, why=why)
            )
            return
        self._reserved.reserve(who, item.line, None, new_codes)
        if not self._skips:
            self._reserved.reserve_merged(who, item.line, new_merged)
            self._matcher.add(values, person, item.line)
            self._owners.add(values, who, item.line)
        note = LineNote.MERGED if person.from_file else None
        if (earlier := self._fresh.get(who)) is not None and earlier.values is not None:
            self._merge(item, earlier, new_codes)
        else:
            why = _where(person) if person.from_file else ""
            change = Change(
                item,
                person,
                new_codes,
                new_former,
                new_merged,
                why=why,
                note=note,
                only_cards=self._skips,
            )
            self._changes.append(change)

    def _merge(self, item: Item, earlier: Item, new_codes: tuple[str, ...]) -> None:
        """Add a line to the customer whom an earlier line of the batch creates."""
        before, values = earlier.values or {}, item.values or {}
        only_cards = self._skips
        earlier.values = merge(before, values, new_codes, only_cards=only_cards)
        same = fields_of(earlier.values) == fields_of(before) and not new_codes
        same = same and not added_former(before, earlier.values)
        outcome = LineOutcome.UPDATED
        if same:
            outcome = LineOutcome.SKIPPED if only_cards else LineOutcome.UNCHANGED
        message = f"same as in line {earlier.line}"
        if lost := left_out(before, values, only_cards=only_cards):
            message += f"; left out: {', '.join(lost)}"
        item.record_result(outcome, earlier.id, message, LineNote.MERGED)


_TAKEN = "card_code: a card of somebody else says the same"


def _id(person: Person) -> UUID | None:
    """The id of an existing customer; None for a line of a dry run."""
    return person.who if isinstance(person.who, UUID) else None


def _where(person: Person) -> str:
    """Where a customer of this file was found, for the report."""
    if person.line is not None:
        return f"same as in line {person.line}"
    return "same as in a line before" if person.number is None else f"same as C-{person.number:06}"


def _maybe(match: Match) -> str:
    """Who is maybe the same, and why; empty if nobody is."""
    person, rule = match.maybe, match.rule
    if person is None or rule is None:
        return ""
    return f"maybe the same as {_who(person)} ({_SAME[rule]})"


def _who(person: Person) -> str:
    """Who somebody is, for the report: by their number, or the line that they are from."""
    if person.line is not None:
        return f"in line {person.line}"
    return "in a line before" if person.number is None else f"C-{person.number:06}"


def _changed_event(changed: tuple[UUID, list[str]]) -> tuple[UUID, dict[str, Any]]:
    """The event of a changed customer."""
    who, fields = changed
    return who, {"customer_id": str(who), "changed": fields}
