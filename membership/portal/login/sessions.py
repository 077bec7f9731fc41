"""Sessions of customers: opened with a ticket, renewed by refresh tokens, ended.

A refresh token is valid once. A second use means that it was stolen or that an answer was lost;
the two cannot be told apart, so the session ends and the address has to be proved again.
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
from membership.portal.login.candidates import customers_with_email
from membership.portal.login.codes import use_ticket
from membership.portal.login.digests import ACCESS_PREFIX, REFRESH_PREFIX, new_token
from membership.portal.login.schemas import (
    NewPerson,
    SessionCustomer,
    SessionRequest,
    SessionTokens,
)
from membership.portal.open_signup import find_open_signup
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
"""Reasons for which a session is revoked."""


def customer_actor(customer_id: UUID, number: int) -> Actor:
    """Return a customer as an actor, named by number: the audit outlives an erased name."""
    return Actor(ActorKind.CUSTOMER, number_text(number), customer_id)


async def open_with_ticket(
    transactions: RequestTransactions, organization: str, wanted: SessionRequest
) -> SessionTokens:
    """Open a session of an existing customer or a new one.

    Raises Unauthorized for an invalid ticket; NotFound for a customer with another address;
    Invalid without consent. The ticket stays valid after an error.
    """
    return await transactions.write(partial(_open_with_ticket, organization, wanted))


def _open_with_ticket(
    organization: str, wanted: SessionRequest, session: Session, now: datetime
) -> SessionTokens:
    """Use the ticket and open the session, in one transaction."""
    tenant, _ = find_open_signup(session, organization)
    proved = use_ticket(session, tenant, wanted.ticket.get_secret_value(), now)
    if wanted.new is not None:
        customer = _register(session, tenant, proved, wanted.new, now)
    else:
        customer = _chosen(session, tenant, proved, wanted.customer_id)
    return open_session(session, customer, now)


def _chosen(session: Session, tenant: Tenant, proved: str, customer_id: UUID | None) -> Customer:
    """Return the chosen one of the customers with an address. Raises NotFound."""
    for each in customers_with_email(session, tenant, proved):
        if each.id == customer_id:
            return each
    raise no_such_customer()


def _register(
    session: Session, tenant: Tenant, proved: str, new: NewPerson, now: datetime
) -> Customer:
    """Create a customer, and record the consent. Raises Invalid without it."""
    if not new.consent:
        detail = "Consent to the terms and the privacy notice is needed."
        raise Invalid("consent_missing", "body.new.consent", detail)
    customer_id = uuid4()
    # The id is known before the number.
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


def open_session(session: Session, customer: Customer, now: datetime) -> SessionTokens:
    """Open a session of a customer, who becomes the actor of the transaction."""
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
    answer = _issue_tokens(session, row, customer, now)
    record(session, customer.organization_id, "customer.signed_in", customer.id)
    session.flush()
    return answer


def _issue_tokens(
    session: Session, row: CustomerSession, customer: Customer, now: datetime
) -> SessionTokens:
    """Issue new tokens for a session; the previous access token becomes invalid."""
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
    return SessionTokens(
        access_token=access,
        expires_in=int((row.access_expires_at - now).total_seconds()),
        refresh_token=refresh,
        customer=SessionCustomer(
            id=customer.id, number=number_text(customer.number), name=display_name(customer)
        ),
    )


async def refresh_session(
    transactions: RequestTransactions, organization: str, refresh_token: str
) -> SessionTokens:
    """Exchange a refresh token for new tokens. Raises Unauthorized for an invalid one."""
    refreshed = await transactions.write(partial(_refresh, organization, digest(refresh_token)))
    if refreshed is None:
        raise session_over()
    return refreshed


def session_over() -> Unauthorized:
    """Return the one error for every invalid refresh token."""
    detail = "This session is over; log in again."
    return Unauthorized("session_over", detail, headers={"WWW-Authenticate": "Bearer"})


def _refresh(
    organization: str, token: str, session: Session, now: datetime
) -> SessionTokens | None:
    """Issue new tokens; None for an invalid token. A reused one revokes the session."""
    row = _lock_session(session, organization, token)
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
        after = {"why": REUSED}
        record(session, row.organization_id, "customer.session_ended", customer.id, after=after)
        return None
    return _issue_tokens(session, row, customer, now)


def _lock_session(session: Session, organization: str, token: str) -> CustomerSession | None:
    """Return the session of a refresh token, used or not, with its row locked."""
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
    """End the session of a refresh token, if it is open."""
    await transactions.write(partial(_end_with_refresh, organization, digest(refresh_token)))


def _end_with_refresh(organization: str, token: str, session: Session, now: datetime) -> None:
    """End the session, in one transaction."""
    row = _lock_session(session, organization, token)
    if row is None or row.revoked_at is not None or row.expires_at <= now:
        return
    customer = session.get_one(Customer, (row.organization_id, row.customer_id))
    act_as(session, customer_actor(customer.id, customer.number))
    row.revoked_at, row.revoked_why = now, ENDED
    record(session, row.organization_id, "customer.signed_out", customer.id)


def end_session(session: Session, tenant: Tenant, session_id: UUID, now: datetime) -> None:
    """End a session; its tokens become invalid."""
    customer_id = session.scalar(
        update(CustomerSession)
        .where(
            CustomerSession.organization_id == tenant.id,
            CustomerSession.id == session_id,
            CustomerSession.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_why=ENDED)
        .returning(CustomerSession.customer_id)
    )
    if customer_id is not None:
        record(session, tenant.id, "customer.signed_out", customer_id)
