"""Stores the search terms of a customer; see ``members.customers.search_terms``."""

import phonenumbers
from sqlalchemy import delete
from sqlalchemy.orm import Session

from membership.members.customers.search_terms import search_words, terms_of
from membership.store.models import Customer, CustomerTerm, TermKind
from membership.store.upsert import insert_into


def index_customer(session: Session, customer: Customer) -> None:
    """Store the search terms of a customer and delete outdated ones."""
    national = ""
    if customer.phone:
        national = phonenumbers.national_significant_number(phonenumbers.parse(customer.phone))
    words = search_words(
        names=(customer.given_name, customer.family_name),
        number=customer.number,
        email=customer.email,
        phone=customer.phone,
        national=national,
    )
    before, after = terms_of(customer.search_text or ""), terms_of(words)
    _update_terms(session, customer, gone=before - after, new=after - before)
    customer.search_text = words
    session.flush()


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
