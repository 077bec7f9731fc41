"""Login with a token of the organization's own site instead of a code."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.staff.throttles import (
    SHORT_WAITS,
    Limit,
    at_organization,
    count_attempt,
)
from membership.base.logs import logger
from membership.base.vault import Vault
from membership.members.customers import aliases
from membership.members.customers.service import email_key
from membership.portal.login.candidates import customers_with_email
from membership.portal.login.codes import repeated_ticket, ticket_for
from membership.portal.login.digests import code_key
from membership.portal.login.repeats import ticket_after, tokens_after
from membership.portal.login.schemas import SessionTokens, Ticket
from membership.portal.login.sessions import open_session, session_again
from membership.portal.open_signup import find_open_signup
from membership.portal.site_login.jwks import PublicKey, judge
from membership.portal.site_login.tokens import (
    TokenRefused,
    TokenSubject,
    accept_token,
    named_key,
)
from membership.store.models import Customer
from membership.web.access import Tenant
from membership.web.errors import Unauthorized
from membership.web.transactions import RequestTransactions

TOKENS_BY_ADDRESS = Limit("embed tokens address", 30, SHORT_WAITS, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class _Shown:
    """A token that was shown to an organization."""

    organization: str
    token: str


async def log_in(
    transactions: RequestTransactions, organization: str, token: str
) -> SessionTokens | Ticket:
    """Open a session of the one customer whom a token identifies.

    If no customer or several have its address, a ticket is returned, as for a code. Raises
    Unauthorized for an invalid token, always the same; NotFound; TooMany for too many invalid
    ones, which keep no good one out: nobody guesses a signature. A repeat of the request gets the
    same answer.
    """
    try:
        shown = _Shown(organization, token)
        key = await transactions.read(partial(_key, shown))
        # Judged again, outside of a transaction: earlier versions stored keys that prove nothing.
        if not await judge(transactions.state.concurrency, key):
            raise TokenRefused("key_unsound")
        return await transactions.write(partial(_log_in, transactions.vault, shown, key))
    except TokenRefused as refused:
        logger().info("embed_token_refused", reason=refused.reason)
        await transactions.write(partial(_count_miss, organization, transactions.address))
        detail = "This token is not good; let the site make another one."
        headers = {"WWW-Authenticate": "Bearer"}
        raise Unauthorized("token_refused", detail, headers=headers) from None


def _count_miss(organization: str, address: str, session: Session, now: datetime) -> None:
    """Count an invalid token from a network address at an organization. Raises TooMany."""
    whose = at_organization(session, organization, address)
    count_attempt(session, TOKENS_BY_ADDRESS, whose, now)


def _key(shown: _Shown, session: Session, _now: datetime) -> PublicKey:
    """Return the key that a token names. Raises NotFound, TokenRefused."""
    tenant, _ = find_open_signup(session, shown.organization)
    return named_key(session, tenant, shown.token)


def _log_in(
    vault: Vault, shown: _Shown, key: PublicKey, session: Session, now: datetime
) -> SessionTokens | Ticket:
    """Accept a token; return a session or a ticket."""
    tenant, _ = find_open_signup(session, shown.organization)
    token_subject = accept_token(session, tenant, shown.token, key, now)
    answers = code_key(session, vault, tenant.id, now)
    tokens, ticket = tokens_after(answers, shown.token), ticket_after(answers, shown.token)
    if token_subject.used_before:
        again = session_again(session, tenant.id, tokens, now) or repeated_ticket(
            session, tenant, ticket, now
        )
        if again is None:
            raise TokenRefused("used_before")
        return again
    customer = _find_customer(session, tenant, token_subject)
    if customer is not None:
        return open_session(session, customer, now, tokens)
    if token_subject.email is None:
        raise TokenRefused("number_unknown")
    return ticket_for(session, tenant, token_subject.email, now, ticket)


def _find_customer(
    session: Session, tenant: Tenant, token_subject: TokenSubject
) -> Customer | None:
    """Return the customer of a token; None if no or several customers match."""
    if token_subject.number is not None:
        return _find_by_number(session, tenant, token_subject.number)
    found = customers_with_email(session, tenant, email_key(token_subject.email) or "")
    return found[0] if len(found) == 1 else None


def _find_by_number(session: Session, tenant: Tenant, number: int) -> Customer | None:
    """Return the customer with a number, also one that was merged; None if erased."""
    own = Customer.organization_id == tenant.id, Customer.erased_at.is_(None)
    customer = session.scalars(select(Customer).where(*own, Customer.number == number)).first()
    if customer is None:
        stayed = aliases.resolve_number(session, tenant.id, number)
        customer = session.scalars(select(Customer).where(*own, Customer.id == stayed)).first()
    return customer
