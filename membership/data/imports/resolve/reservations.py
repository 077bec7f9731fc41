"""Reservations of numbers and card codes, which only one customer may have."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import chunks
from membership.data.imports.parse.columns import Values
from membership.members.customers.aliases import resolve_all, resolve_numbers
from membership.store.models import Card, Customer
from passes.codes.foreign import foreign_spellings

_UUID_LENGTH = 36
_Who = UUID | int
"""A customer, or in a dry run the line that would create one."""


def codes_of(values: Values) -> tuple[str, ...]:
    """The codes of all cards of a line, each once."""
    one = (values["card_code"],) if "card_code" in values else ()
    return tuple(dict.fromkeys((*one, *values.get("other_card_codes", ()))))


class Reservations:
    """Holders of numbers and codes: loaded for a batch, and extended line by line."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        values = [item.values for item in batch.valid_items() if item.values is not None]
        numbers = {each["number"] for each in values if "number" in each}
        numbers.update(*(each.get("merged_numbers", ()) for each in values))
        codes = {code for each in values for code in codes_of(each)}
        self._numbers: dict[int, _Who] = dict(self._numbers_of(numbers))
        self._codes: dict[str, _Who] = dict(self._codes_of(codes))
        self._kept: dict[str, tuple[int, list[list[Any]]]] = {}
        before = batch.earlier_people(
            [_number_key(number) for number in numbers] + [_code_key(code) for code in codes]
        )
        self._numbers |= {
            each: _loaded(before[key]) for each in numbers if (key := _number_key(each)) in before
        }
        self._codes |= {
            each: _loaded(before[key]) for each in codes if (key := _code_key(each)) in before
        }

    def holder_of_number(self, number: int | None) -> _Who | None:
        """The customer who has a number; None if it is free."""
        return None if number is None else self._numbers.get(number)

    def holder_of_code(self, code: str) -> _Who | None:
        """The customer whose card has a code; None if it is free."""
        return self._codes.get(code)

    def reserve(self, who: _Who, line: int, number: int | None, codes: Iterable[str]) -> None:
        """Reserve a number and codes for a customer."""
        if number is not None:
            self._numbers[number] = who
            self._kept[_number_key(number)] = (line, _stored(who))
        for code in codes:
            self._codes[code] = who
            self._kept[_code_key(code)] = (line, _stored(who))

    def leave_out_taken(self, item: Item, who: _Who | None) -> Values:
        """Leave out numbers of merged people that somebody else has or had, and note it.

        Returns the values that are left. ``who`` is the customer whom the line means; None if it
        creates one, whose own number is no merged one.
        """
        values = item.values or {}
        some = values.get("merged_numbers", ())
        free = tuple(each for each in some if self._numbers.get(each) in {None, who})
        if len(free) < len(some):
            count = len(some) - len(free)
            item.remarks += (f"merged_numbers: left out: {count} that somebody else has or had",)
            item.left_out = True
        if some:
            own = values.get("number")
            values = {**values, "merged_numbers": tuple(each for each in free if each != own)}
            item.values = values
        return values

    def new_merged(self, values: Values, who: _Who) -> tuple[int, ...]:
        """The numbers of merged people in a line that do not lead to a customer yet."""
        some = values.get("merged_numbers", ())
        return tuple(each for each in some if self._numbers.get(each) != who)

    def reserve_merged(self, who: _Who, line: int, numbers: Iterable[int]) -> None:
        """Reserve numbers of people who were merged into a customer."""
        for number in numbers:
            self.reserve(who, line, number, ())

    def store_keys(self) -> None:
        """Store the reservations of a dry run, for the batches after this one."""
        self._batch.store_people(self._kept)

    def _numbers_of(self, numbers: Collection[int]) -> Iterable[tuple[int, UUID]]:
        """Numbers of customers, and former ones of customers who were merged."""
        organization_id = self._batch.tenant.id
        for some in chunks(numbers):
            rows = self._batch.session.execute(
                select(Customer.number, Customer.id).where(
                    Customer.organization_id == organization_id, Customer.number.in_(some)
                )
            )
            yield from ((row.number, row.id) for row in rows)
        yield from resolve_numbers(self._batch.session, organization_id, numbers).items()

    def _codes_of(self, codes: Iterable[str]) -> Iterable[tuple[str, UUID]]:
        """Codes of cards, revoked ones included, whichever spelling they are stored in."""
        spelled = {each: code for code in codes for each in (*foreign_spellings(code), code)}
        for some in chunks(spelled):
            rows = self._batch.session.execute(
                select(Card.code, Card.customer_id).where(
                    Card.organization_id == self._batch.tenant.id, Card.code.in_(some)
                )
            )
            yield from ((spelled[row.code], row.customer_id) for row in rows)
        yield from self._customers_named(codes)

    def _customers_named(self, codes: Iterable[str]) -> Iterable[tuple[str, UUID]]:
        """Codes that are the id of a customer, current or former: they name that one."""
        named = {found: code for code in codes if (found := _uuid(code)) is not None}
        here = self._batch.tenant.id
        for some in chunks(named):
            for own in self._batch.session.scalars(
                select(Customer.id).where(Customer.organization_id == here, Customer.id.in_(some))
            ):
                yield named[own], own
        for old, stayed in resolve_all(self._batch.session, here, named).items():
            yield named[old], stayed


def _uuid(code: str) -> UUID | None:
    """The id that a code is; None for other codes."""
    if len(code) != _UUID_LENGTH or "-" not in code:
        return None
    try:
        return UUID(code)
    except ValueError:
        return None


def _stored(who: _Who) -> list[list[Any]]:
    """A holder as a dry run stores them."""
    return [[who if isinstance(who, int) else str(who)]]


def _loaded(stored: list[list[Any]]) -> _Who:
    """A holder whom an earlier batch of a dry run stored."""
    who = stored[0][0]
    return who if isinstance(who, int) else UUID(who)


def _number_key(number: int) -> str:
    return f"number of\n{number}"


def _code_key(code: str) -> str:
    return f"code of\n{code}"
