"""Stores numbers and former addresses of merged customers, which lead to who stays."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from membership.data.imports.batch import Batch
from membership.data.imports.bulk import Row, insert_rows
from membership.data.imports.resolve.former_addresses import FORMER_EMAILS
from membership.members.customers.search_terms import search_words
from membership.members.customers.service import email_key
from membership.store.models import CustomerAlias, Organization

_MERGED = ("organization_id", "old_id", "old_number", "customer_id", "merged_at")
_ALIAS = ("organization_id", "old_id", "customer_id", "merged_at", "email", "email_key", "phone")


def alias_rows(batch: Batch, who: UUID, former: dict[str, list[Any]]) -> list[Row]:
    """Return the rows of a customer's former addresses, given by column."""
    return [
        (
            batch.tenant.id,
            uuid4(),
            who,
            batch.now,
            each if name == FORMER_EMAILS else None,
            email_key(each) if name == FORMER_EMAILS else None,
            None if name == FORMER_EMAILS else each[0],
        )
        for name, some in former.items()
        for each in some
    ]


def insert_aliases(batch: Batch, rows: list[Row]) -> None:
    """Insert rows of former addresses."""
    insert_rows(batch.session.connection(), CustomerAlias, _ALIAS, rows)


def insert_merged(batch: Batch, merged: list[tuple[UUID, int]]) -> None:
    """Insert the numbers of people who were merged into customers, each with who stays.

    Nobody gets one of them later.
    """
    if not merged:
        return
    connection = batch.session.connection()
    rows = [(batch.tenant.id, uuid4(), number, who, batch.now) for who, number in merged]
    insert_rows(connection, CustomerAlias, _MERGED, rows)
    following = Organization.next_customer_number
    highest = max(number for _, number in merged)
    connection.execute(
        update(Organization)
        .where(Organization.id == batch.tenant.id, following <= highest)
        .values(next_customer_number=highest + 1)
    )


def alias_words(number: int, former: dict[str, list[Any]]) -> str:
    """Return the words by which former addresses find a customer, separated by spaces."""
    words: list[str] = []
    for name, some in former.items():
        for each in some:
            email, (phone, national) = (each, (None, "")) if name == FORMER_EMAILS else (None, each)
            words.append(
                search_words(names=(), number=number, email=email, phone=phone, national=national)
            )
    return " ".join(words)
