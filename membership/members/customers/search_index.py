"""Stores the search terms of a customer; see ``members.customers.search_terms``.

What named those who were merged into a customer finds them, too.
"""

import phonenumbers
from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.members.customers.aliases import former_addresses
from membership.members.customers.former_numbers import former_words, index_former_numbers
from membership.members.customers.search_terms import search_words, sort_name, terms_of
from membership.store.models import Customer, CustomerTerm, TermKind
from membership.store.upsert import insert_into


def index_customer(session: Session, customer: Customer) -> None:
    """Store what finds a customer, terms and former numbers, and delete what is outdated."""
    words = _words(customer, customer.email, customer.phone)
    here = customer.organization_id
    for each in sorted(former_addresses(session, here, (customer.id,)).get(customer.id, ())):
        is_email = "@" in each
        words += " " + _words(customer, each if is_email else None, None if is_email else each)
    words = " ".join(dict.fromkeys(words.split()))
    before, after = terms_of(customer.search_text or ""), terms_of(words)
    _update_terms(session, customer, gone=before - after, new=after - before)
    customer.search_text = words
    customer.sort_name = sort_name(customer.given_name, customer.family_name)
    session.flush()
    index_former_numbers(session, customer)


def _words(customer: Customer, email: str | None, phone: str | None) -> str:
    """Return the words that find a customer who has an address and a telephone."""
    national = ""
    if phone:
        national = phonenumbers.national_significant_number(phonenumbers.parse(phone))
    return search_words(
        names=(customer.given_name, customer.family_name),
        number=customer.number,
        email=email,
        phone=phone,
        national=national,
        former=former_words(customer.former_numbers),
    )


def _update_terms(
    session: Session,
    customer: Customer,
    *,
    gone: set[tuple[TermKind, str]],
    new: set[tuple[TermKind, str]],
) -> None:
    """Delete the terms ``gone`` of a customer and store those in ``new``."""
    for kind, term in gone:
        session.execute(
            delete(CustomerTerm).where(
                CustomerTerm.organization_id == customer.organization_id,
                CustomerTerm.kind == kind,
                CustomerTerm.term == term,
                CustomerTerm.customer_id == customer.id,
            )
        )
    rows = [
        {
            "organization_id": customer.organization_id,
            "kind": kind,
            "term": term,
            "customer_id": customer.id,
        }
        for kind, term in sorted(new)
    ]
    if rows:
        connection = session.connection()
        connection.execute(insert_into(connection, CustomerTerm).on_conflict_do_nothing(), rows)
