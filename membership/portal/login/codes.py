"""Codes: mailed to whoever asks, and changed for a ticket by who can read the mail.

Whether a customer has the address is not even looked at before a code was shown: a code is made
and mailed for every address alike, for those who are no customers yet are to join with it. A
wrong code, an old one, a used one and none at all are answered alike.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.accounts.staff.throttles import (
    Try,
    count_try,
    forget_subject,
    forget_tries,
    take_back,
)
from membership.base.logs import logger
from membership.events.mail.outbox import queue_mail
from membership.members.customers.service import email_key
from membership.portal.login.club import customers_with, offered
from membership.portal.login.digests import (
    TICKET_PREFIX,
    code_digest,
    code_key,
    new_code,
    new_token,
    same,
)
from membership.portal.login.limits import (
    CODES_BY_ADDRESS,
    CODES_BY_EMAIL,
    TRIES_BY_ADDRESS,
    TRIES_BY_EMAIL,
    subject,
)
from membership.portal.login.mails import code_mail
from membership.portal.login.schemas import CodeWish, ShownLogin, Ticket
from membership.portal.signup.offers import open_club
from membership.store.models import LoginCode
from membership.web.access import Tenant, digest
from membership.web.errors import Unauthorized
from membership.web.languages import choose_language
from membership.web.transactions import RequestTransactions

CODE_LIFE = timedelta(minutes=10)
TICKET_LIFE = timedelta(minutes=30)
MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for a code. ``accepted`` is the browser's Accept-Language header."""

    organization: str
    code: CodeWish
    accepted: str


async def send_code(transactions: RequestTransactions, wish: Wish) -> None:
    """Mail a new code. Raises NotFound; TooMany during a wait.

    Without a mail server the mail is kept in a folder, and the code is logged so that whoever
    tries the service out finds it: as a warning, for a kiosk's own service logs nothing less.
    """
    code = await transactions.write(partial(_mail_code, transactions, wish))
    if transactions.settings.smtp_host is None:
        logger().warning("login_code", organization=wish.organization, code=code)


def _mail_code(
    transactions: RequestTransactions, wish: Wish, session: Session, now: datetime
) -> str:
    """Make a code, queue its mail and let older codes be over; returns the code."""
    tenant, _ = open_club(session, wish.organization)
    email = wish.code.email
    count_try(session, CODES_BY_ADDRESS, transactions.address, now)
    count_try(session, CODES_BY_EMAIL, subject(tenant.id, email), now)
    session.execute(
        update(LoginCode)
        .where(
            LoginCode.organization_id == tenant.id,
            LoginCode.email_key == email_key(email),
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    code, code_id = new_code(), uuid4()
    key = code_key(session, transactions.vault, tenant.id, now)
    session.add(
        LoginCode(
            organization_id=tenant.id,
            id=code_id,
            email_key=email_key(email),
            code_digest=code_digest(key, code_id, code),
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    language = choose_language(wish.code.language or "", wish.accepted)
    mail = code_mail(email, tenant.name, code, language)
    queue_mail(session, transactions.vault, tenant.id, mail, now=now)
    return code


@dataclass(frozen=True, slots=True)
class _Checked:
    """A code that was right: its ticket, and the tries that are forgotten for it."""

    ticket: Ticket
    counted: Try
    subject: str


async def change_code(
    transactions: RequestTransactions, organization: str, shown: ShownLogin
) -> Ticket:
    """Change a code for a ticket. Raises Unauthorized; NotFound; TooMany during a wait."""
    checked = await transactions.write(partial(_check, transactions, organization, shown))
    if checked is None:
        detail = "This code is wrong, was used or replaced, or is too old; ask for another one."
        raise Unauthorized("code_wrong", detail, headers={"WWW-Authenticate": "Bearer"})
    # By itself: who asks for a code holds these rows before the code's, and here it is after.
    await transactions.write(partial(_begin_anew, checked))
    return checked.ticket


def _check(
    transactions: RequestTransactions,
    organization: str,
    shown: ShownLogin,
    session: Session,
    now: datetime,
) -> _Checked | None:
    """Use a code up if it is the right one, else count it as wrong; None if it is wrong."""
    tenant, _ = open_club(session, organization)
    by_address = count_try(session, TRIES_BY_ADDRESS, transactions.address, now)
    whose = subject(tenant.id, shown.email)
    by_email = count_try(session, TRIES_BY_EMAIL, whose, now)
    key = code_key(session, transactions.vault, tenant.id, now)
    row = session.scalars(
        select(LoginCode)
        .where(
            LoginCode.organization_id == tenant.id,
            LoginCode.email_key == email_key(shown.email),
            LoginCode.used_at.is_(None),
            LoginCode.expires_at > now,
            LoginCode.tries < MOST_TRIES,
        )
        .order_by(LoginCode.created_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        same(code_digest(key, uuid4(), shown.code), secrets.token_hex(32))
        return None
    if not same(code_digest(key, row.id, shown.code), row.code_digest):
        row.tries += 1
        return None
    ticket = new_token(TICKET_PREFIX)
    row.used_at, row.ticket_digest = now, digest(ticket)
    take_back(session, by_address)
    known = offered(customers_with(session, tenant, row.email_key))
    return _Checked(Ticket(ticket=ticket, customers=known), by_email, whose)


def _begin_anew(checked: _Checked, session: Session, _now: datetime) -> None:
    """Forget how often codes were asked for and tried: it was the right one."""
    forget_tries(session, checked.counted)
    forget_subject(session, CODES_BY_EMAIL, checked.subject)


def ticket_for(session: Session, tenant: Tenant, email: str, now: datetime) -> Ticket:
    """A ticket for an address that was proved otherwise than by a code.

    It is stored like that of a code which nobody can know.
    """
    ticket, key = new_token(TICKET_PREFIX), email_key(email) or ""
    session.add(
        LoginCode(
            organization_id=tenant.id,
            id=uuid4(),
            email_key=key,
            code_digest=secrets.token_hex(32),
            created_at=now,
            expires_at=now,
            used_at=now,
            ticket_digest=digest(ticket),
        )
    )
    session.flush()
    return Ticket(ticket=ticket, customers=offered(customers_with(session, tenant, key)))


def use_ticket(session: Session, tenant: Tenant, ticket: str, now: datetime) -> str:
    """Use a ticket up; returns the address that it proves, as addresses are compared.

    Of two who use it at once, one does. Raises Unauthorized for one that is wrong, was used or
    is too old.
    """
    proved: str | None = session.scalar(
        update(LoginCode)
        .where(
            LoginCode.organization_id == tenant.id,
            LoginCode.ticket_digest == digest(ticket),
            LoginCode.ticket_used_at.is_(None),
            LoginCode.used_at > now - TICKET_LIFE,
        )
        .values(ticket_used_at=now)
        .returning(LoginCode.email_key)
    )
    if proved is None:
        detail = "This ticket is wrong, was used, or is too old; ask for another code."
        raise Unauthorized("ticket_wrong", detail, headers={"WWW-Authenticate": "Bearer"})
    return proved
