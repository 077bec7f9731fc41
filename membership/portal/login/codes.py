"""Login codes: mailed to an address, and exchanged for a ticket that proves it.

A code is created and mailed for every address alike, whether a customer has it or not, so that
only who reads the mails of an address learns it. Those who have no account yet join with it,
where the signup is open. Wrong, expired, used and missing codes get the same answer.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update
from sqlalchemy.orm import Session

from membership.accounts.origins import Origin, recognize, remember
from membership.accounts.staff.throttles import (
    CountedAttempt,
    count_attempt,
    give_back,
    reset_attempts,
    reset_subject,
    undo_attempt,
)
from membership.base.logs import logger
from membership.events.mail.outbox import queue_mail
from membership.events.mail.transport import MAIL_FOLDER
from membership.members.customers.service import email_key
from membership.portal.login.candidates import customer_choices, customers_with_email
from membership.portal.login.digests import (
    TICKET_PREFIX,
    code_digest,
    code_key,
    digests_equal,
    new_code,
    new_token,
)
from membership.portal.login.mails import code_mail
from membership.portal.login.repeats import REPEAT_LIFE, is_repeat, ticket_after
from membership.portal.login.schemas import CodeRequest, CodeVerification, Ticket
from membership.portal.login.throttles import (
    CODES_BY_ADDRESS,
    CODES_BY_EMAIL,
    TRIES_BY_ADDRESS,
    TRIES_BY_EMAIL,
    address_subject,
    subject,
)
from membership.portal.open_signup import find_login
from membership.store.models import LoginCode
from membership.web.access import Tenant, digest
from membership.web.errors import Unauthorized
from membership.web.languages import choose_language
from membership.web.transactions import RequestTransactions

CODE_LIFE = timedelta(minutes=10)
TICKET_LIFE = timedelta(minutes=30)
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class _Recipient:
    """Who is mailed a code: an address at an organization, and the language of the mail."""

    organization: str
    email: str
    language: str
    device: str


async def send_code(
    transactions: RequestTransactions,
    organization: str,
    wanted: CodeRequest,
    accept_language: str,
    device: str = "",
) -> None:
    """Mail a new code. Raises NotFound; TooMany during a wait. ``device`` is the token shown.

    Without a mail server the mail is written to a folder of the service's owner. The log says
    where, for people who try the service out: as a warning, because an embedded service logs
    nothing below that. The code itself is never logged, as logs are read by others.
    """
    language = choose_language(wanted.language or "", accept_language)
    recipient = _Recipient(organization, wanted.email, language, device)
    await transactions.write(partial(_mail_code, transactions, recipient))
    if transactions.settings.smtp_host is None:
        folder = str(transactions.settings.data_dir / MAIL_FOLDER)
        logger().warning("login_code_written", organization=organization, folder=folder)


def _mail_code(
    transactions: RequestTransactions, recipient: _Recipient, session: Session, now: datetime
) -> None:
    """Create a code, queue its mail, and invalidate older codes."""
    tenant, _ = find_login(session, recipient.organization)
    email = recipient.email
    origin = Origin(transactions.address, recipient.device)
    recognized = recognize(session, subject(tenant.id, email), origin, now)
    if recognized.known != "device":
        whose = address_subject(tenant.id, digest(transactions.address))
        count_attempt(session, CODES_BY_ADDRESS, whose, now)
    count_attempt(session, CODES_BY_EMAIL, recognized.subject, now)
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
            requested_by=digest(transactions.address),
            created_at=now,
            expires_at=now + CODE_LIFE,
        )
    )
    mail = code_mail(email, tenant, code, recipient.language, now=now, life=CODE_LIFE)
    queue_mail(session, transactions.vault, tenant.id, mail, now=now)


@dataclass(frozen=True, slots=True)
class _Checked:
    """Result of a correct code: the ticket, the counted tries to reset, and the device's token.

    ``asked_at`` is whose count of requested codes gets one back, if anybody's.
    """

    ticket: Ticket
    counted: CountedAttempt
    subjects: tuple[str, ...]
    device: str
    asked_at: str | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A ticket, and the token by which this device is known from now on."""

    ticket: Ticket
    device: str


async def verify_code(
    transactions: RequestTransactions, organization: str, wanted: CodeVerification, device: str = ""
) -> Verified:
    """Exchange a code for a ticket. Raises Unauthorized; NotFound; TooMany during a wait."""
    origin = Origin(transactions.address, device)
    check = partial(_check, transactions, organization, wanted, origin=origin)
    checked = await transactions.write(check)
    if checked is None:
        detail = "This code is wrong, was used or replaced, or is too old; ask for another one."
        raise Unauthorized("code_wrong", detail, headers={"WWW-Authenticate": "Bearer"})
    # In a transaction of its own: a request for a code locks these rows before those of codes.
    await transactions.write(partial(_reset_tries, checked))
    return Verified(checked.ticket, checked.device)


def _check(
    transactions: RequestTransactions,
    organization: str,
    wanted: CodeVerification,
    session: Session,
    now: datetime,
    *,
    origin: Origin,
) -> _Checked | None:
    """Mark a correct code as used; for a wrong one count the try and return None.

    A code that comes again a moment later gives the same ticket, while that was not used.
    """
    tenant, _ = find_login(session, organization)
    whose = subject(tenant.id, wanted.email)
    recognized = recognize(session, whose, origin, now)
    by_address = None
    if recognized.known != "device":
        at_address = address_subject(tenant.id, digest(origin.address))
        by_address = count_attempt(session, TRIES_BY_ADDRESS, at_address, now)
    by_email = count_attempt(session, TRIES_BY_EMAIL, recognized.subject, now)
    own = or_(
        literal(recognized.known is not None), LoginCode.requested_by == digest(origin.address)
    )
    key = code_key(session, transactions.vault, tenant.id, now)
    row = session.scalars(
        select(LoginCode)
        .where(
            LoginCode.organization_id == tenant.id,
            LoginCode.email_key == email_key(wanted.email),
            or_(LoginCode.used_at.is_(None), _used_a_moment_ago(now)),
            LoginCode.expires_at > now,
            case((own, LoginCode.own_tries), else_=LoginCode.tries) < MAX_TRIES,
        )
        .order_by(LoginCode.created_at.desc())
        .limit(1)
        .with_for_update()
    ).first()
    if row is None:
        digests_equal(code_digest(key, uuid4(), wanted.code), secrets.token_hex(32))
        return None
    if not digests_equal(code_digest(key, row.id, wanted.code), row.code_digest):
        if recognized.known is not None or row.requested_by == digest(origin.address):
            row.own_tries += 1
        else:
            row.tries += 1
        return None
    ticket = ticket_after(key, f"{row.id}\n{wanted.code}")
    asked_at = None
    if row.used_at is None:
        if by_address is not None and row.requested_by is not None:
            asked_at = address_subject(tenant.id, row.requested_by)
        row.used_at, row.ticket_digest = now, digest(ticket)
    if by_address is not None:
        undo_attempt(session, by_address)
    answer = _with_customers(session, tenant, ticket, row.email_key)
    known_from_now_on = remember(session, whose, origin, now)
    subjects = (whose, recognized.subject)
    return _Checked(answer, by_email, subjects, known_from_now_on, asked_at)


def _used_a_moment_ago(now: datetime) -> ColumnElement[bool]:
    """Whether a code was used so recently that it may be a repeat, and its ticket was not."""
    return and_(LoginCode.used_at >= now - REPEAT_LIFE, LoginCode.ticket_used_at.is_(None))


def _reset_tries(checked: _Checked, session: Session, _now: datetime) -> None:
    """Reset the counts of requested and tried codes after a correct one."""
    reset_attempts(session, checked.counted)
    # The address before the email, as a request for a code counts them.
    if checked.asked_at is not None:
        give_back(session, CODES_BY_ADDRESS, checked.asked_at)
    for each in dict.fromkeys(checked.subjects):
        reset_subject(session, CODES_BY_EMAIL, each)


def ticket_for(
    session: Session, tenant: Tenant, email: str, now: datetime, ticket: str | None = None
) -> Ticket:
    """Return a ticket for an address that was proved otherwise than by a code.

    It is stored like the ticket of a code that nobody can know. Without a ``ticket`` it is random.
    """
    ticket, key = ticket or new_token(TICKET_PREFIX), email_key(email) or ""
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
    return _with_customers(session, tenant, ticket, key)


def repeated_ticket(session: Session, tenant: Tenant, ticket: str, now: datetime) -> Ticket | None:
    """Return a ticket that was issued a moment ago and never used; None otherwise."""
    row = session.scalars(
        select(LoginCode).where(
            LoginCode.organization_id == tenant.id,
            LoginCode.ticket_digest == digest(ticket),
            LoginCode.ticket_used_at.is_(None),
        )
    ).first()
    if row is None or row.used_at is None or not is_repeat(row.used_at, now):
        return None
    return _with_customers(session, tenant, ticket, row.email_key)


def _with_customers(session: Session, tenant: Tenant, ticket: str, key: str) -> Ticket:
    """Return a ticket with the customers to choose from."""
    known = customer_choices(customers_with_email(session, tenant, key))
    return Ticket(ticket=ticket, customers=known)


def use_ticket(session: Session, tenant: Tenant, ticket: str, now: datetime) -> str | None:
    """Mark a ticket as used; return the normalized email address that it proves.

    Of two concurrent calls one succeeds. Returns None for a ticket that is wrong, used or expired.
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
    return proved


def ticket_wrong() -> Unauthorized:
    """Return the one error for every invalid ticket."""
    detail = "This ticket is wrong, was used, or is too old; ask for another code."
    return Unauthorized("ticket_wrong", detail, headers={"WWW-Authenticate": "Bearer"})
