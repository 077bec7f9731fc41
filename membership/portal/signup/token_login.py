"""Logging in with a token of the organization's own site, instead of a code."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.accounts.staff.throttles import SHORT_WAITS, Limit, Try, count_try, take_back
from membership.base.logs import logger
from membership.members.customers import aliases
from membership.members.customers.service import email_key
from membership.portal.login.club import customers_with
from membership.portal.login.codes import ticket_for
from membership.portal.login.schemas import OpenSession, Ticket
from membership.portal.login.sessions import open_session
from membership.portal.signup.offers import open_club
from membership.portal.signup.tokens import TokenRefused, Visitor, accept_token
from membership.store.models import Customer
from membership.web.access import Tenant
from membership.web.errors import Unauthorized
from membership.web.transactions import RequestTransactions

TOKENS_BY_ADDRESS = Limit("embed tokens address", 30, SHORT_WAITS, timedelta(hours=1))


async def log_in(
    transactions: RequestTransactions, organization: str, token: str
) -> OpenSession | Ticket:
    """Open a session of the one customer that a token is about.

    If nobody or several have its address: a ticket instead, as for a code. Raises Unauthorized
    for a token that is not good, always the same; NotFound; TooMany during a wait.
    """
    # By itself, so that it stays counted when the token is refused.
    counted = await transactions.write(partial(_count, transactions.address))
    try:
        return await transactions.write(partial(_log_in, organization, token, counted))
    except TokenRefused as refused:
        logger().info("embed_token_refused", reason=refused.reason)
        detail = "This token is not good; let the site make another one."
        headers = {"WWW-Authenticate": "Bearer"}
        raise Unauthorized("token_refused", detail, headers=headers) from None


def _count(address: str, session: Session, now: datetime) -> Try:
    """Count a try from an address."""
    return count_try(session, TOKENS_BY_ADDRESS, address, now)


def _log_in(
    organization: str, token: str, counted: Try, session: Session, now: datetime
) -> OpenSession | Ticket:
    """Use a token up for a session or a ticket."""
    tenant, _ = open_club(session, organization)
    visitor = accept_token(session, tenant, token, now)
    take_back(session, counted)
    customer = _the_one(session, tenant, visitor)
    if customer is not None:
        return open_session(session, customer, now)
    if visitor.email is None:
        raise TokenRefused("number_unknown")
    return ticket_for(session, tenant, visitor.email, now)


def _the_one(session: Session, tenant: Tenant, visitor: Visitor) -> Customer | None:
    """The one customer who a visitor is; None if there is none or more than one."""
    if visitor.number is not None:
        return _numbered(session, tenant, visitor.number)
    found = customers_with(session, tenant, email_key(visitor.email) or "")
    return found[0] if len(found) == 1 else None


def _numbered(session: Session, tenant: Tenant, number: int) -> Customer | None:
    """The customer with a number, or with one that was merged into them; None if erased."""
    own = Customer.organization_id == tenant.id, Customer.erased_at.is_(None)
    customer = session.scalars(select(Customer).where(*own, Customer.number == number)).first()
    if customer is None:
        stayed = aliases.resolve_number(session, tenant.id, number)
        customer = session.scalars(select(Customer).where(*own, Customer.id == stayed)).first()
    return customer
