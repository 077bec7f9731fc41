"""Merges a further line about a person into the line that creates them. Pure."""

from typing import Any

from membership.data.imports.parse.columns import Values
from membership.data.imports.resolve.former_addresses import (
    FORMER_ADDRESSES,
    address_key,
    merged_addresses,
)
from membership.data.imports.resolve.reservations import codes_of
from membership.members.customers.former_numbers import former_key, joined_numbers, numbers_in

_ADDED = frozenset(
    {"card_code", "other_card_codes", "former_numbers", "merged_numbers", "number"}
) | {*FORMER_ADDRESSES}
"""Columns that are added or stay, and are not set."""


def merge(
    before: Values, values: Values, new_codes: tuple[str, ...], *, only_cards: bool
) -> Values:
    """Return the values of a line with those of a later one: fields are set, cards, former
    numbers and former addresses are added.

    The number stays, for it may be printed already.
    """
    kept = {} if only_cards else _fields(values)
    merged = {**before, **kept}
    if new_codes:
        first, *others = (*codes_of(before), *new_codes)
        merged["card_code"] = first
        if others:
            merged["other_card_codes"] = tuple(others)
    if not only_cards and "former_numbers" in values:
        both = (*before.get("former_numbers", ()), *values["former_numbers"])
        merged["former_numbers"] = numbers_in(joined_numbers(both))
    if not only_cards and "merged_numbers" in values:
        all_numbers = (*before.get("merged_numbers", ()), *values["merged_numbers"])
        merged["merged_numbers"] = tuple(dict.fromkeys(all_numbers))
    for name in FORMER_ADDRESSES:
        if not only_cards and name in values:
            merged[name] = merged_addresses(name, before, values)
    return merged


def left_out(before: Values, values: Values, *, only_cards: bool) -> list[str]:
    """Return the columns of a later line whose values are not taken."""
    lost = []
    if "number" in values and values["number"] != before.get("number"):
        lost.append("number")
    if only_cards:
        lost += [name for name, value in _fields(values).items() if before.get(name) != value]
        lost += added_former(before, values)
    return lost


def added_former(before: Values, values: Values) -> list[str]:
    """Return the columns of former numbers and addresses in which a line has more than another."""
    return [
        name
        for name in ("former_numbers", "merged_numbers", *FORMER_ADDRESSES)
        if not _former_in(name, before).issuperset(_former_in(name, values))
    ]


def _former_in(name: str, values: Values) -> set[Any]:
    """The former numbers or addresses of a column, in the form that is compared."""
    some = values.get(name, ())
    if name == "former_numbers":
        return set(map(former_key, some))
    if name == "merged_numbers":
        return set(some)
    return {address_key(name, each) for each in some}


def _fields(values: Values) -> Values:
    """The values that are neither numbers nor cards."""
    return {name: each for name, each in values.items() if name not in _ADDED}
