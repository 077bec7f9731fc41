"""Former addresses and telephones in lines: which are free, and which a customer has not yet.

They lead to a customer as long as nobody has them, so that they recognise nobody here: two people
never become one by them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from membership.data.imports.batch import Batch, Item
from membership.data.imports.bulk import chunks
from membership.data.imports.parse.columns import Values
from membership.members.customers.service import email_key
from membership.store.models import Customer

FORMER_EMAILS, FORMER_PHONES = "former_emails", "former_phones"
FORMER_ADDRESSES = (FORMER_EMAILS, FORMER_PHONES)
"""The columns of former addresses."""

_OWN = {FORMER_EMAILS: Customer.email_key, FORMER_PHONES: Customer.phone}


def address_key(name: str, value: Any) -> str:
    """Return a former address or telephone of a column in the form that is compared."""
    return str(value).lower() if name == FORMER_EMAILS else value[0]


def merged_addresses(name: str, *values: Values) -> tuple[Any, ...]:
    """Return the former addresses of several lines about one customer, each once."""
    found = {address_key(name, each): each for some in values for each in some.get(name, ())}
    return tuple(found.values())


def former_apart_from(
    values: Values, email: str | None, phone: str | None, has: Collection[str] = ()
) -> dict[str, list[Any]]:
    """Return the former addresses of a line by column, without those a customer ``has``, and
    without their own ones.
    """
    known = {*has, email_key(email), phone}
    found = {
        name: [each for each in values.get(name, ()) if address_key(name, each) not in known]
        for name in FORMER_ADDRESSES
    }
    return {name: some for name, some in found.items() if some}


class Owners:
    """Who has the former addresses of a batch as their own, as earlier lines leave it."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._holders: dict[str, set[UUID | int]] = defaultdict(set)
        self._own: dict[tuple[str, UUID | int], str] = {}
        self._lines: dict[str, int] = {}
        values = [each.values for each in batch.valid_items() if each.values is not None]
        wanted: set[str] = set()
        for name in FORMER_ADDRESSES:
            keys = {address_key(name, one) for each in values for one in each.get(name, ())}
            self._load(name, keys)
            wanted |= keys
        for each in values:
            wanted.update(_own_keys(each).values())
        texts = {_text(key): key for key in wanted}
        for text, people in batch.earlier_people(texts).items():
            self._holders[texts[text]].update(
                who if isinstance(who, int) else UUID(who) for (who,) in people
            )

    def add(self, values: Values, who: UUID | int, line: int) -> None:
        """Add the own addresses that a line gives a customer, for the lines after it."""
        for name, key in _own_keys(values).items():
            self._holders[key].add(who)
            self._own[name, who] = key
            self._lines.setdefault(key, line)

    def store_keys(self) -> None:
        """Store the added addresses in a dry run, for the batches after this one."""
        self._batch.store_people(
            {
                _text(key): (line, [[_stored(who)] for who in self._holders[key]])
                for key, line in self._lines.items()
            }
        )

    def leave_out_taken(self, item: Item, who: UUID | int | None) -> Values:
        """Leave out what somebody else has, and note it; returns the values that are left.

        ``who`` is the customer whom the line means; None if it creates one.
        """
        values = item.values or {}
        for name in FORMER_ADDRESSES:
            some = values.get(name, ())
            free = tuple(each for each in some if not self._is_taken(name, each, who))
            if len(free) < len(some):
                count = len(some) - len(free)
                item.remarks += (f"{name}: left out: {count} that somebody else has now",)
                item.left_out = True
                values = {**values, name: free}
        item.values = values
        return values

    def _is_taken(self, name: str, value: Any, who: UUID | int | None) -> bool:
        """Whether a former address is somebody else's own."""
        key = address_key(name, value)
        others = self._holders.get(key, set()) - {who}
        return any(self._own.get((name, each), key) == key for each in others)

    def _load(self, name: str, keys: Iterable[str]) -> None:
        """Load the customers who have addresses of a column as their own."""
        column = _OWN[name]
        for some in chunks(keys):
            rows = self._batch.session.execute(
                select(column, Customer.id).where(
                    Customer.organization_id == self._batch.tenant.id, column.in_(some)
                )
            )
            for key, who in rows:
                if key is not None:
                    self._holders[key].add(who)


def _own_keys(values: Values) -> dict[str, str]:
    """The own address and telephone of a line, by the columns of former ones."""
    email, phone = email_key(values.get("email")), values.get("phone", (None, ""))[0]
    own = {FORMER_EMAILS: email, FORMER_PHONES: phone}
    return {name: key for name, key in own.items() if key is not None}


def _text(key: str) -> str:
    """The key of an address, as a dry run stores it."""
    return f"own\n{key}"


def _stored(who: UUID | int) -> int | str:
    """A customer as a dry run stores them."""
    return who if isinstance(who, int) else str(who)
