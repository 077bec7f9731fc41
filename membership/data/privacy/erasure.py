"""Erases the personal data of a customer; the row and the sales stay, without naming anybody.

Personal data is replaced or deleted according to the field map. Cards are revoked, company links
end, and memberships must have ended or are ended. One transaction does it all, and locks the
customer first, so that nothing about them is stored meanwhile.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.orm import Session

from api_client.messages.people import AtProvider, Erased
from api_client.messages.scan import CustomerState
from membership.data.privacy.data_subject import (
    TABLES,
    DataSubject,
    acted,
    answers_about,
    load_data_subject,
    rows_of,
)
from membership.data.privacy.fields import FIELDS, Erasure, Field
from membership.data.privacy.redaction import redact_answer, redact_entry
from membership.data.privacy.schemas import EraseRequest
from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.linking import unlink_customer
from membership.members.customers import aliases
from membership.members.customers.service import no_such_customer
from membership.members.customers.views import number_text
from membership.members.memberships.changes import refuse_ended, refuse_subscribed
from membership.members.memberships.schemas import EarlyEnd
from membership.members.memberships.terminations import end_early
from membership.members.payers.provider_queue import ask_provider
from membership.members.payers.subscriptions import close_pages, provider_ids
from membership.store.models import (
    AuditEntry,
    BillingOrder,
    Card,
    CompanyLink,
    Customer,
    IdempotencyKey,
    Membership,
    ProviderTaskKind,
)
from membership.wallet.cards.service import revoke_card
from membership.wallet.foreign.service import is_foreign, take_back
from membership.web.access import Call, Tenant
from membership.web.errors import Conflict, Invalid

_WHY = "Customer erased"
_KEPT = "Payments, invoices and receipts, with the name and address that are written in them."
_STAYS = f"The customer with name, email address and payment methods. {_KEPT}"


def erase(call: Call, customer_id: UUID, request: EraseRequest) -> Erased:
    """Erase a customer; again returns the same, without what was at the provider.

    Raises NotFound; Invalid if the number is not theirs; Conflict if memberships still run and
    are not to be ended, or a subscription charges them.
    """
    session, tenant, now = call.session, call.tenant, call.now
    at_provider: AtProvider | None = None
    customer = _locked(session, tenant, customer_id)
    number = number_text(customer.number)
    if request.confirm.strip().upper() != number:
        message = "This is not the number of the customer."
        raise Invalid("confirm_wrong", "body.confirm", message)
    if customer.erased_at is None:
        refuse_subscribed(session, tenant.id, customer.id)
        _end_memberships(session, tenant, customer, now, allowed=request.end_memberships)
        _revoke_access(session, tenant, customer, now)
        at_provider = _leave_provider(session, customer, now, deletes=request.delete_at_provider)
        _erase(session, customer, now)
    if customer.erased_at is None:
        raise RuntimeError("a customer was erased and does not say when")
    return Erased(
        customer_id=customer.id,
        number=number,
        erased_at=customer.erased_at,
        at_provider=at_provider,
    )


def _leave_provider(
    session: Session, customer: Customer, now: datetime, *, deletes: bool
) -> AtProvider | None:
    """Close the customer's open payment pages, and have them deleted at the provider if wanted.

    Returns what stays there; None for somebody whom it never knew.
    """
    here = customer.organization_id
    close_pages(session, here, [customer.id], now)
    known = provider_ids(session, here, BillingOrder.customer_id == customer.id)
    if not known:
        return None
    if deletes:
        ask_provider(session, here, ProviderTaskKind.DELETE_PAYER, known, now)
    return AtProvider(customer_ids=known, deleted=deletes, stays=_KEPT if deletes else _STAYS)


def _locked(session: Session, tenant: Tenant, customer_id: UUID) -> Customer:
    """Load the customer, locked against changes. Raises NotFound."""
    for wanted in (customer_id, aliases.resolve(session, tenant.id, customer_id)):
        customer = session.scalars(
            select(Customer)
            .where(Customer.organization_id == tenant.id, Customer.id == wanted)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        if customer is not None:
            return customer
    raise no_such_customer()


def _end_memberships(
    session: Session, tenant: Tenant, customer: Customer, now: datetime, *, allowed: bool
) -> None:
    """End memberships that run or have not started. Raises Conflict unless ``allowed``."""
    # The latest first: to end a successor makes its predecessor the last one again.
    sold = session.scalars(
        select(Membership)
        .where(Membership.organization_id == tenant.id, Membership.customer_id == customer.id)
        .order_by(Membership.starts_at.desc(), Membership.created_at.desc())
    )
    running = [each.id for each in sold if not _has_ended(each, now)]
    if running and not allowed:
        detail = f"{len(running)} memberships have not ended; end them first, or end_memberships."
        raise Conflict("memberships_running", detail)
    for membership_id in running:
        end_early(session, tenant, membership_id, EarlyEnd(why=_WHY), now)


def _has_ended(membership: Membership, now: datetime) -> bool:
    """Whether a membership has ended."""
    try:
        refuse_ended(membership, now)
    except Conflict:
        return True
    return False


def _revoke_access(session: Session, tenant: Tenant, customer: Customer, now: datetime) -> None:
    """Revoke the customer's cards, and end their links to companies."""
    cards = session.scalars(
        select(Card.id).where(
            Card.organization_id == tenant.id,
            Card.customer_id == customer.id,
            Card.revoked_at.is_(None),
        )
    )
    for card_id in cards.all():
        revoke_card(session, tenant, card_id, now)
    _forget_foreign_codes(session, tenant, customer, now)
    companies = session.scalars(
        select(CompanyLink.company_id).where(
            CompanyLink.organization_id == tenant.id,
            CompanyLink.customer_id == customer.id,
            CompanyLink.valid_until.is_(None),
        )
    )
    for company_id in companies.all():
        unlink_customer(session, tenant.id, company_id, customer.id, now)


def _forget_foreign_codes(
    session: Session, tenant: Tenant, customer: Customer, now: datetime
) -> None:
    """Take codes of other makers back: a student's number or a fob's may lead to the person."""
    cards = session.scalars(
        select(Card).where(Card.organization_id == tenant.id, Card.customer_id == customer.id)
    )
    for card in cards.all():
        if is_foreign(card):
            take_back(session, tenant, card.id, now)


def _erase(session: Session, customer: Customer, now: datetime) -> None:
    """Erase in every table by the field map, and emit the event."""
    session.flush()
    subject = load_data_subject(session, customer)
    for name, fields in FIELDS.items():
        _erase_in(session, subject, TABLES[name], fields.items())
    session.connection().execute(
        update(Customer)
        .where(Customer.organization_id == subject.organization_id, Customer.id == customer.id)
        .values(erased_at=now, state=CustomerState.INACTIVE)
    )
    session.expire_all()
    here, data = subject.organization_id, {"customer_id": str(subject.customer_id)}
    record(session, here, "customer.erased", subject.customer_id)
    emit(session, here, EventType.CUSTOMER_ERASED, subject.customer_id, data, now=now)


def _erase_in(
    session: Session, subject: DataSubject, table: Table, fields: Iterable[tuple[str, Field]]
) -> None:
    """Erase the customer's data in one table."""
    connection = session.connection()
    by_kind = {kind: [name for name, field in fields if field.erasure is kind] for kind in Erasure}
    texts = {name: field.text for name, field in fields if field.erasure is Erasure.TEXT}
    new: dict[str, Any] = {**dict.fromkeys(by_kind[Erasure.NULL]), **texts}
    theirs = rows_of(subject, table)
    if theirs is not None and by_kind[Erasure.ROW]:
        connection.execute(delete(table).where(theirs))
    if theirs is not None and new:
        connection.execute(update(table).where(theirs).values(new))
    for name in by_kind[Erasure.IF_ACTOR]:
        text = FIELDS[table.name][name].text
        connection.execute(update(table).where(acted(subject, table)).values({name: text}))
    if theirs is not None and by_kind[Erasure.VALUES]:
        _REDACTORS[table.name](session, subject, theirs)


def _redact_audit(session: Session, subject: DataSubject, theirs: ColumnElement[bool]) -> None:
    """Redact audit entries about the customer; that something changed stays."""
    table = TABLES[AuditEntry.__tablename__]
    connection = session.connection()
    entries = connection.execute(
        select(table.c.id, table.c.before, table.c.after).where(theirs)
    ).all()
    for entry in entries:
        new = {"before": redact_entry(entry.before), "after": redact_entry(entry.after)}
        if new != {"before": entry.before, "after": entry.after}:
            connection.execute(
                update(table)
                .where(table.c.organization_id == subject.organization_id, table.c.id == entry.id)
                .values(new)
            )


def _redact_answers(session: Session, subject: DataSubject, theirs: ColumnElement[bool]) -> None:
    """Redact responses that are stored for repeated requests.

    ``theirs`` finds those that name the customer; others name only what the customer owns, as the
    answer about a payment does.
    """
    table = TABLES[IdempotencyKey.__tablename__]
    connection = session.connection()
    own_ids = {str(each) for each in subject.own_ids}
    key = table.primary_key.columns
    for naming in (theirs, *answers_about(table, subject)):
        for row in connection.execute(select(*key, table.c.answer).where(naming)).all():
            answer = json.dumps(redact_answer(json.loads(row.answer), own_ids))
            here = [column == row._mapping[column.name] for column in key]
            connection.execute(update(table).where(*here).values(answer=answer))


_REDACTORS = {
    AuditEntry.__tablename__: _redact_audit,
    IdempotencyKey.__tablename__: _redact_answers,
}
"""Functions that redact values inside a column, by table."""
