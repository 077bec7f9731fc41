"""Merges of before: the alias gets the address and the telephone that the audit still has."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from membership.members.customers.aliases import resolve_address, resolve_phones
from membership.members.customers.search_terms import terms_of
from membership.store.migrate import migrate
from membership.store.models import Customer, CustomerAlias, CustomerTerm
from tests.membership.conftest import SQLITE, Databases
from tests.membership.store.test_migrate import _upgraded_to
from tests.membership.store.test_migrate_aliases import add_organization, insert
from tests.membership.support import NOON

STAYS, ERASED = uuid4(), uuid4()
HOME, WORK = "Änne@home.example", "Gone@work.example"

MERGED: dict[str, tuple[UUID, dict[str, Any] | None, tuple[str | None, str | None]]] = {
    "both": (STAYS, {"email": WORK, "phone": "+4930987654"}, (WORK, "+4930987654")),
    "the one that stays": (STAYS, {"email": HOME.upper(), "phone": "+493011"}, (None, None)),
    "no address": (STAYS, {"email": None, "phone": None}, (None, None)),
    "blanked since": (STAYS, {"email": "erased", "phone": "erased"}, (None, None)),
    "of an erased customer": (ERASED, {"email": WORK, "phone": "+493022"}, (None, None)),
    "not in the audit anymore": (STAYS, None, (None, None)),
}


@pytest.mark.parametrize("kind", [SQLITE, "postgresql"])
def test_merges_of_before_get_addresses(databases: Databases, tmp_path: Path, kind: str) -> None:
    database, connection = _upgraded_to(databases, tmp_path, kind, "0027")
    old = {name: uuid4() for name in MERGED}
    with connection, connection.begin():
        add_organization(connection)
        for number, (who, erased) in enumerate(((STAYS, None), (ERASED, NOON)), 1):
            insert(
                connection, "customers", id=who, number=number, given_name="A", family_name="",
                state="active", search_text="a", created_at=NOON, email=HOME,
                email_key=HOME.lower(), phone="+493011", erased_at=erased,
            )  # fmt: skip
        for number, (name, (who, before, _)) in enumerate(MERGED.items(), 10):
            insert(
                connection, "customer_aliases", old_id=old[name], old_number=number,
                customer_id=who, merged_at=NOON,
            )  # fmt: skip
            if before is not None:
                told = json.dumps({"id": str(old[name]), **before})
                insert(
                    connection, "audit_entries", id=uuid4(), at=NOON, actor_kind="service",
                    actor_name="x",
                    action="customer.merged", subject_kind="customer", subject_id=str(who),
                    before=told,
                )  # fmt: skip
    migrate(database)
    with database.readers.begin() as session:
        rows = {row.old_id: row for row in session.scalars(select(CustomerAlias))}
        found = {name: (rows[old[name]].email, rows[old[name]].phone) for name in MERGED}
        assert found == {name: expected for name, (_, _, expected) in MERGED.items()}
        assert resolve_address(session, 1, WORK.lower()) == (STAYS,)
        assert resolve_phones(session, 1, ("+4930987654",)) == [("+4930987654", STAYS)]
        words = session.get_one(Customer, (1, STAYS)).search_text
        assert {"a", "gone@work.example", "work.example", "30987654"} <= set(words.split())
        stored = session.scalars(select(CustomerTerm).where(CustomerTerm.customer_id == STAYS))
        assert {(term.kind, term.term) for term in stored} == terms_of(words) - terms_of("a")
    database.engine.dispose()
