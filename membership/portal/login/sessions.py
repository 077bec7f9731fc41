"""Sessions of customers: opened, renewed by refresh tokens, ended.

A refresh token is valid once. The same token again within seconds, while its successor was never
used, is a repeated request and gets the same answer (``repeats``). A later second use means that it
was stolen: the session ends, and the address has to be proved again.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.members.customers.views import display_name, number_text
from membership.portal.login.digests import ACCESS_PREFIX, REFRESH_PREFIX, code_key, new_token
from membership.portal.login.repeats import (
    TokenPair,
    repeated_session,
    tokens_after,
)
from membership.portal.login.schemas import SessionCustomer, SessionTokens
from membership.store.models import (
    Customer,
    CustomerRefreshToken,
    CustomerSession,
    Organization,
)
from membership.web.access import Tenant, digest
from membership.web.errors import Unauthorized
from membership.web.transactions import RequestTransactions, act_as

ACCESS_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=30)
REUSED, ENDED, ERASED = "reused", "ended", "erased"
"""Reasons for which a session is revoked."""


def customer_actor(customer_id: UUID, number: int) -> Actor:
    """Return a customer as an actor, named by number: the audit outlives an erased name."""
    return Actor(ActorKind.CUSTOMER, number_text(number), customer_id)


def session_again(
    session: Session, organization_id: int, tokens: TokenPair, now: datetime
) -> SessionTokens | None:
    """Return the answer with these tokens again, for a repeated request; None if it is none."""
    row = repeated_session(session, organization_id, tokens, now)
    if row is None:
        return None
    customer = session.get_one(Customer, (row.organization_id, row.customer_id))
    if customer.erased_at is not None:
        return None
    act_as(session, customer_actor(customer.id, customer.number))
    return _answer(row, customer, tokens, now)


def open_session(
    session: Session, customer: Customer, now: datetime, tokens: TokenPair | None = None
) -> SessionTokens:
    """Open a session of a customer, who becomes the actor of the transaction.

    Without ``tokens`` they are random.
    """
    if tokens is None:
        tokens = TokenPair(new_token(ACCESS_PREFIX), new_token(REFRESH_PREFIX))
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
    answer = _issue_tokens(session, row, customer, tokens, now)
    record(session, customer.organization_id, "customer.signed_in", customer.id)
    session.flush()
    return answer


def _issue_tokens(
    session: Session, row: CustomerSession, customer: Customer, tokens: TokenPair, now: datetime
) -> SessionTokens:
    """Issue new tokens for a session; the previous access token becomes invalid."""
    row.access_digest = digest(tokens.access)
    row.access_expires_at = min(now + ACCESS_LIFE, row.expires_at)
    session.add(row)
    session.flush()  # the token refers to it
    session.add(
        CustomerRefreshToken(
            organization_id=row.organization_id,
            digest=digest(tokens.refresh),
            session_id=row.id,
            created_at=now,
            used_at=None,
        )
    )
    session.flush()
    return _answer(row, customer, tokens, now)


def _answer(
    row: CustomerSession, customer: Customer, tokens: TokenPair, now: datetime
) -> SessionTokens:
    """Return the answer with the tokens of a session."""
    return SessionTokens(
        access_token=tokens.access,
        expires_in=max(0, int((row.access_expires_at - now).total_seconds())),
        refresh_token=tokens.refresh,
        customer=SessionCustomer(
            id=customer.id, number=number_text(customer.number), name=display_name(customer)
        ),
    )


async def refresh_session(
    transactions: RequestTransactions, organization: str, refresh_token: str
) -> SessionTokens:
    """Exchange a refresh token for new tokens. Raises Unauthorized for an invalid one."""
    refreshing = partial(_refresh, transactions.vault, organization, refresh_token)
    refreshed = await transactions.write(refreshing)
    if refreshed is None:
        raise session_over()
    return refreshed


def session_over() -> Unauthorized:
    """Return the one error for every invalid refresh token."""
    detail = "This session is over; log in again."
    return Unauthorized("session_over", detail, headers={"WWW-Authenticate": "Bearer"})


def _refresh(
    vault: Vault, organization: str, shown: str, session: Session, now: datetime
) -> SessionTokens | None:
    """Issue new tokens; None for an invalid token. A reused one revokes the session."""
    token = digest(shown)
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
    tokens = tokens_after(code_key(session, vault, row.organization_id, now), shown)
    if used is None:
        again = session_again(session, row.organization_id, tokens, now)
        if again is not None:
            return again
        row.revoked_at, row.revoked_why = now, REUSED
        after = {"why": REUSED}
        record(session, row.organization_id, "customer.session_ended", customer.id, after=after)
        return None
    return _issue_tokens(session, row, customer, tokens, now)


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
