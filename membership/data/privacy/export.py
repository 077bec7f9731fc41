"""Exports the personal data of one customer, according to the field map."""

import base64
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from membership.base.instants import respelled
from membership.data.privacy.data_subject import TABLES, DataSubject, load_data_subject, rows_of
from membership.data.privacy.fields import FIELDS
from membership.data.privacy.schemas import PersonalData
from membership.events.audit.recorder import plain, record
from membership.members.customers.service import get_customer
from membership.members.customers.views import number_text
from membership.web.access import Call


def personal_data(call: Call, customer_id: UUID, *, handed_out: bool = True) -> PersonalData:
    """Export everything about a customer; the audit says if it is handed out. Raises NotFound."""
    customer = get_customer(call.session, call.tenant, customer_id)
    subject = load_data_subject(call.session, customer)
    sections = {}
    for name in FIELDS:
        rows = _rows(call, subject, TABLES[name])
        if rows is not None:
            sections[name] = rows
    if handed_out:
        record(call.session, call.tenant.id, "customer.data_handed_out", customer.id)
    return PersonalData(
        customer_id=customer.id,
        number=number_text(customer.number),
        organization=call.tenant.name,
        created_at=call.now,
        sections=sections,
    )


def _rows(call: Call, subject: DataSubject, table: Table) -> list[dict[str, Any]] | None:
    """The shown columns of the customer's rows; None for a table without any."""
    shown = [table.c[name] for name, field in FIELDS[table.name].items() if field.shown]
    theirs = rows_of(subject, table)
    if not shown or theirs is None:
        return None
    found = call.session.connection().execute(
        select(*shown).where(theirs).order_by(*table.primary_key.columns)
    )
    return [{name: _as_json(value) for name, value in row._mapping.items()} for row in found]


def _as_json(value: Any) -> Any:
    """A value as JSON: bytes in base64, instants and days in ISO form."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return respelled(plain(value))
