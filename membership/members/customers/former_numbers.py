"""Former numbers of customers: those of the system that a club used before, such as ``M-1234``.

They name a customer, in the search and when they are scanned, and prove nothing. Several customers
may have the same one, as after two clubs became one. A customer has them as one text, one a line;
the table of former numbers is derived from it and finds customers by them.
"""

import re
import unicodedata
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, and_, delete, select
from sqlalchemy.orm import Session

from membership.base.folding import fold
from membership.store.models import Customer, FormerNumber
from membership.store.upsert import insert_into
from passes.characters import is_plain
from passes.codes.barcode import bare_text
from passes.codes.foreign import foreign_code, is_ours, storable

MAX_LENGTH = 80
"""Longest former number, in characters."""
MAX_NUMBERS = 100
"""Most former numbers of a customer."""


def former_number(text: str) -> str:
    """Return a former number as it is stored: without prefixes of scanners and white space.

    Raises ValueError for a text without a letter or digit, with more than ``MAX_LENGTH``
    characters, or in the form of a number or code of this service, which names somebody else.
    """
    number = unicodedata.normalize("NFC", bare_text(text))
    if not any(letter.isalnum() for letter in number):
        raise ValueError("a former number has a letter or a digit")
    if len(number) > MAX_LENGTH or not is_plain(number):
        raise ValueError(f"a former number is one line of at most {MAX_LENGTH} characters")
    if is_ours(number):
        raise ValueError("has the form of a number or code of this service")
    return number


def former_key(text: str) -> str:
    """Return a former number in the form that is compared: as codes are, capitals or not."""
    return foreign_code(text).casefold()


def numbers_in(stored: str | None) -> tuple[str, ...]:
    """Return the former numbers in the text of a customer."""
    return tuple(stored.split("\n")) if stored else ()


def joined_numbers(numbers: Iterable[str]) -> str | None:
    """Return former numbers as the text of a customer, each once; None for none."""
    by_key: dict[str, str] = {}
    for number in numbers:
        by_key.setdefault(former_key(number), number)
    return "\n".join(by_key.values()) or None


def former_words(stored: str | None) -> list[str]:
    """Return the words that find a customer by their former numbers, also by parts of them.

    Digits are found without the zeros before them, and with or without what stands between.
    """
    words: list[str] = []
    for number in numbers_in(stored):
        folded = fold(number)
        parts = re.sub(r"[^\w]|_", " ", folded).split()
        digits = re.sub(r"[^0-9]", "", folded)
        words += ["".join(parts), *parts, *(each.lstrip("0") for each in (digits, *parts))]
    return words


def index_former_numbers(session: Session, customer: Customer) -> None:
    """Store the former numbers by which a customer is found, and delete outdated ones."""
    here = and_(
        FormerNumber.organization_id == customer.organization_id,
        FormerNumber.customer_id == customer.id,
    )
    connection = session.connection()
    wanted = {former_key(each) for each in numbers_in(customer.former_numbers)}
    stored = set(connection.scalars(select(FormerNumber.key).where(here)))
    if gone := stored - wanted:
        connection.execute(delete(FormerNumber).where(here, FormerNumber.key.in_(gone)))
    if new := sorted(wanted - stored):
        owner = {"organization_id": customer.organization_id, "customer_id": customer.id}
        connection.execute(
            insert_into(connection, FormerNumber).on_conflict_do_nothing(),
            [{**owner, "key": key} for key in new],
        )


def holders_of(connection: Connection, organization_id: int, text: str) -> list[UUID]:
    """Return the ids of the customers who have a former number, in the order of their numbers."""
    key = former_key(text)
    if not storable(key) or len(text) > _LONGEST_SCANNED:
        return []
    same = and_(
        Customer.organization_id == FormerNumber.organization_id,
        Customer.id == FormerNumber.customer_id,
    )
    found = connection.scalars(
        select(FormerNumber.customer_id)
        .join(Customer, same)
        .where(FormerNumber.organization_id == organization_id, FormerNumber.key == key)
        .order_by(Customer.number)
        .limit(MOST_HOLDERS)
    )
    return list(found)


MOST_HOLDERS = 20
"""Most customers who are shown to choose from, where several have one former number."""
_LONGEST_SCANNED = 400
"""Longest text that may be a former number with all that scanners put before it."""
