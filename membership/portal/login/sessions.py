"""Sessions of customers: opened with a ticket, kept up by refresh tokens, ended.

A refresh token is good once. One that comes again was stolen, or its answer was lost: nobody can
tell, so the session ends, and whoever it is proves the address anew.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.events.audit.recorder import record
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer, no_such_customer
from membership.members.customers.views import display_name, number_text
from membership.portal.login.club import customers_with
from membership.portal.login.codes import use_ticket
from membership.portal.login.digests import ACCESS_PREFIX, REFRESH_PREFIX, new_token
from membership.portal.login.schemas import NewPerson, Opening, OpenSession, SessionCustomer
from membership.portal.signup.offers import open_club
from membership.store.models import (
    Customer,
    CustomerRefreshToken,
    CustomerSession,
    Organization,
    SignupSettings,
)
from membership.web.access import Tenant, digest
from membership.web.errors import Invalid, Unauthorized
from membership.web.transactions import RequestTransactions, act_as

ACCESS_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=30)
REUSED, ENDED, ERASED = "reused", "ended", "erased"
"""Why a session ended before its time."""


def customer_actor(customer_id: UUID, number: int) -> Actor:
    """A customer as who acts: by number, for the audit keeps it when the name is erased."""
    return Actor(ActorKind.CUSTOMER, number_text(number), customer_id)


async def open_with_ticket(
    transactions: RequestTransactions, organization: str, opening: Opening
) -> OpenSession:
    """Open a session of a known customer or of a new one; a refusal leaves the ticket good.

    Raises Unauthorized for a ticket that is not good; NotFound for a customer who has not its
    address; Invalid without consent.
    """
    return await transactions.write(partial(_open_with_ticket, organization, opening))


def _open_with_ticket(
    organization: str, opening: Opening, session: Session, now: datetime
) -> OpenSession:
    """The same in a transaction."""
    tenant, _ = open_club(session, organization)
    proved = use_ticket(session, tenant, opening.ticket.get_secret_value(), now)
    if opening.new is not None:
        customer = _welcome(session, tenant, proved, opening.new, now)
    else:
        customer = _chosen(session, tenant, proved, opening.customer_id)
    return open_session(session, customer, now)


def _chosen(session: Session, tenant: Tenant, proved: str, customer_id: UUID | None) -> Customer:
    """One of the customers who have an address. Raises NotFound."""
    for each in customers_with(session, tenant, proved):
        if each.id == customer_id:
            return each
    raise no_such_customer()


def _welcome(
    session: Session, tenant: Tenant, proved: str, new: NewPerson, now: datetime
) -> Customer:
    """Make somebody a customer, and note what they consented to. Raises Invalid without it."""
    if not new.consent:
        detail = "Consent to the terms and the privacy notice is needed."
        raise Invalid("consent_missing", "body.new.consent", detail)
    customer_id = uuid4()
    # Who they are is known before their number is.
    act_as(session, Actor(ActorKind.CUSTOMER, "new customer", customer_id))
    customer = create_customer(
        session,
        tenant,
        NewCustomer(
            given_name=new.given_name,
            family_name=new.family_name,
            email=proved,
            language=new.language,
        ),
        now,
        customer_id=customer_id,
    )
    act_as(session, customer_actor(customer.id, customer.number))
    shown = session.get_one(SignupSettings, tenant.id)
    after = {"terms_url": shown.terms_url, "privacy_url": shown.privacy_url}
    record(session, tenant.id, "customer.consented", customer.id, after=after)
    return customer


def open_session(session: Session, customer: Customer, now: datetime) -> OpenSession:
    """Open a session of a customer, who from here on is who acts."""
    act_as(session, customer_actor(customer.id, customer.number))
    row = CustomerSession(
        organization_id=customer.organization_id,
        id=uuid4(),
        customer_id=customer.id,
        created_at=now,
        expires_at=now + SESSION_LIFE,
        revoked_at=None,
        revoked_why=None,
    )
    answer = _with_tokens(session, row, customer, now)
    record(session, customer.organization_id, "customer.signed_in", customer.id)
    session.flush()
    return answer


def _with_tokens(
    session: Session, row: CustomerSession, customer: Customer, now: datetime
) -> OpenSession:
    """Give a session new tokens; its former access token is worthless from here on."""
    access, refresh = new_token(ACCESS_PREFIX), new_token(REFRESH_PREFIX)
    row.access_digest = digest(access)
    row.access_expires_at = min(now + ACCESS_LIFE, row.expires_at)
    session.add(row)
    session.flush()  # the token refers to it
    session.add(
        CustomerRefreshToken(
            organization_id=row.organization_id,
            digest=digest(refresh),
            session_id=row.id,
            created_at=now,
            used_at=None,
        )
    )
    session.flush()
    return OpenSession(
        access_token=access,
        expires_in=int((row.access_expires_at - now).total_seconds()),
        refresh_token=refresh,
        customer=SessionCustomer(
            id=customer.id, number=number_text(customer.number), name=display_name(customer)
        ),
    )


async def refresh_session(
    transactions: RequestTransactions, organization: str, refresh_token: str
) -> OpenSession:
    """Change a refresh token for new tokens. Raises Unauthorized, whyever it is not good."""
    refreshed = await transactions.write(partial(_refresh, organization, digest(refresh_token)))
    if refreshed is None:
        raise session_over()
    return refreshed


def session_over() -> Unauthorized:
    """The error for every refresh token that is not good."""
    detail = "This session is over; log in again."
    return Unauthorized("session_over", detail, headers={"WWW-Authenticate": "Bearer"})


def _refresh(organization: str, token: str, session: Session, now: datetime) -> OpenSession | None:
    """Use the token up, or end the session if it was used already; None if there are no new."""
    row = _locked(session, organization, token)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return None
    customer = session.get_one(Customer, (row.organization_id, row.customer_id))
    if customer.erased_at is not None:
        row.revoked_at, row.revoked_why = now, ERASED
        return None
    act_as(session, customer_actor(customer.id, customer.number))
    used = session.scalar(
        update(CustomerRefreshToken)
        .where(
            CustomerRefreshToken.organization_id == row.organization_id,
            CustomerRefreshToken.digest == token,
            CustomerRefreshToken.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(CustomerRefreshToken.digest)
    )
    if used is None:
        row.revoked_at, row.revoked_why = now, REUSED
        told = {"why": REUSED}
        record(session, row.organization_id, "customer.session_ended", customer.id, after=told)
        return None
    return _with_tokens(session, row, customer, now)


def _locked(session: Session, organization: str, token: str) -> CustomerSession | None:
    """The session of a refresh token, used or not: of two who use it at once the second waits."""
    found = session.execute(
        select(CustomerRefreshToken.organization_id, CustomerRefreshToken.session_id)
        .join(Organization, Organization.id == CustomerRefreshToken.organization_id)
        .where(Organization.slug == organization, CustomerRefreshToken.digest == token)
    ).first()
    if found is None:
        return None
    return session.get(CustomerSession, tuple(found), with_for_update=True)


async def end_with_refresh(
    transactions: RequestTransactions, organization: str, refresh_token: str
) -> None:
    """End the session that a refresh token is of, if there is one that is not over."""
    await transactions.write(partial(_end_with_refresh, organization, digest(refresh_token)))


def _end_with_refresh(organization: str, token: str, session: Session, now: datetime) -> None:
    """The same in a transaction."""
    row = _locked(session, organization, token)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return
    customer = session.get_one(Customer, (row.organization_id, row.customer_id))
    act_as(session, customer_actor(customer.id, customer.number))
    row.revoked_at, row.revoked_why = now, ENDED
    record(session, row.organization_id, "customer.signed_out", customer.id)


def end_session(session: Session, tenant: Tenant, session_id: UUID, now: datetime) -> None:
    """End a session: none of its tokens is good from here on."""
    whose = session.scalar(
        update(CustomerSession)
        .where(
            CustomerSession.organization_id == tenant.id,
            CustomerSession.id == session_id,
            CustomerSession.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_why=ENDED)
        .returning(CustomerSession.customer_id)
    )
    if whose is not None:
        record(session, tenant.id, "customer.signed_out", whose)
