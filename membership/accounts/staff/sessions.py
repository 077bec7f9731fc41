"""Signing in and out: count the attempt, verify the password, open a session.

Response and duration are the same for an unknown address, an unknown organization, a disabled
account and a wrong password.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, SignedIn
from membership.accounts.origins import Origin, recognize, remember
from membership.accounts.staff import factors
from membership.accounts.staff.accounts import email_key, staff_name
from membership.accounts.staff.code_tries import code_was_right, code_was_wrong, count_code
from membership.accounts.staff.credentials import store_hash
from membership.accounts.staff.schemas import Me, SignIn
from membership.accounts.staff.throttles import (
    SIGN_IN_BY_ACCOUNT,
    SIGN_IN_BY_ADDRESS,
    CountedAttempt,
    at_organization,
    count_attempt,
    reset_attempts,
    touch,
    undo_attempt,
)
from membership.base.actors import Actor
from membership.base.scopes import ROLE_SCOPES, Scope
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.store.models import (
    Organization,
    Role,
    StaffAccount,
    StaffFactor,
    StaffSession,
)
from membership.web.access import SESSION_PREFIX, Call, digest
from membership.web.errors import TooMany, Unauthorized
from membership.web.transactions import RequestTransactions, act_as

FACTOR_NEEDED, FACTOR_WRONG = "second_factor_needed", "second_factor_wrong"
_FACTOR_DETAILS = {
    FACTOR_NEEDED: "A code of the authenticator, or a recovery code, is needed as well.",
    FACTOR_WRONG: "This code is wrong or was used; wait for the next one.",
}


@dataclass(frozen=True)
class _Attempt:
    """A counted attempt to sign in, and its account, if there is one.

    ``recognized`` is whom its tries are counted for. ``by_address`` is None for a known device,
    which its address does not delay.
    """

    subject: str
    recognized: str
    origin: Origin
    by_address: CountedAttempt | None
    by_account: CountedAttempt
    organization_id: int | None
    account_id: UUID | None
    password_hash: str | None


async def sign_in(transactions: RequestTransactions, asked: SignIn) -> SignedIn:
    """Open a session.

    Raises Unauthorized for wrong credentials, and for a code of the second factor that is missing
    or wrong, which is said only after the right password; TooMany during a wait.
    """
    password = asked.password.get_secret_value()
    origin = Origin(transactions.address, asked.device_token.get_secret_value())
    attempt = await transactions.write(partial(_count, origin, asked))
    check = partial(transactions.passwords.verify, attempt.password_hash, password)
    right = await transactions.hash_password(check)
    rehashed = None
    if right and transactions.passwords.outdated(attempt.password_hash or ""):
        rehashed = await transactions.hash_password(partial(transactions.passwords.hash, password))
    finish = partial(_finish, transactions, asked, attempt, right=right, rehashed=rehashed)
    signed_in = await transactions.write(finish)
    if isinstance(signed_in, TooMany):
        raise signed_in
    if isinstance(signed_in, str):
        detail = _FACTOR_DETAILS[signed_in]
        raise Unauthorized(signed_in, detail, headers={"WWW-Authenticate": "Bearer"})
    if signed_in is None:
        detail = "Organization, email address or password is wrong."
        raise Unauthorized("credentials_wrong", detail, headers={"WWW-Authenticate": "Bearer"})
    return signed_in


def account_subject(organization: str, email: str) -> str:
    """Return the subject of attempts at an account, which need not exist."""
    return f"{organization}\n{email_key(email)}"


def _count(origin: Origin, asked: SignIn, session: Session, now: datetime) -> _Attempt:
    """Count the attempt, for a known origin apart from all others, and look up the account."""
    subject = account_subject(asked.organization, asked.email)
    recognized = recognize(session, subject, origin, now)
    by_address = None
    if recognized.known != "device":
        address = at_organization(session, asked.organization, origin.address)
        by_address = count_attempt(session, SIGN_IN_BY_ADDRESS, address, now)
    by_account = count_attempt(session, SIGN_IN_BY_ACCOUNT, recognized.subject, now)
    found = session.execute(
        select(StaffAccount.organization_id, StaffAccount.id, StaffAccount.password_hash)
        .join(Organization, Organization.id == StaffAccount.organization_id)
        .where(
            Organization.slug == asked.organization,
            StaffAccount.email_key == email_key(asked.email),
        )
    ).first()
    who = (subject, recognized.subject)
    return _Attempt(*who, origin, by_address, by_account, *(found or (None, None, None)))


def _finish(
    transactions: RequestTransactions,
    asked: SignIn,
    attempt: _Attempt,
    session: Session,
    now: datetime,
    *,
    right: bool,
    rehashed: str | None,
) -> SignedIn | TooMany | str | None:
    """Open the session, if nothing has changed meanwhile; record the failure otherwise.

    Returns an error about the second factor or its code, or None for any other failure.
    """
    account = _account(session, attempt)
    failure = _failure(account, attempt, right=right)
    if failure is not None:
        touch(session, attempt.by_account)
        if account is not None:
            after = {"why": failure}
            action = "staff.sign_in_failed"
            record(session, account.organization_id, action, account.id, after=after)
    if account is None or failure is not None:
        return None
    refused = _refusal(transactions.vault, asked, attempt, session, now)
    if refused is not None:
        return refused
    if attempt.by_address is not None:
        undo_attempt(session, attempt.by_address)
    reset_attempts(session, attempt.by_account)
    device = remember(session, attempt.subject, attempt.origin, now)
    if rehashed is not None:
        store_hash(session, account, rehashed)
    account.last_login_at = now
    opened = open_session(session, account, transactions.settings, now)
    return opened.model_copy(update={"device_token": device})


def _refusal(
    vault: Vault, asked: SignIn, attempt: _Attempt, session: Session, now: datetime
) -> TooMany | str | None:
    """Return why the second factor of an account refuses a sign-in with the right password.

    Asking for the code is no failed try; a wrong code is one, at the codes and of the address.
    """
    factor = session.get(StaffFactor, (attempt.organization_id, attempt.account_id))
    if factor is None or factor.confirmed_at is None:
        return None
    code = asked.code.get_secret_value()
    counted = count_code(session, attempt.recognized, now) if code else None
    # What was counted is undone in the order in which it was counted, so that no two transactions
    # wait for each other; after a right code by ``_finish``.
    if not isinstance(counted, CountedAttempt):
        if attempt.by_address is not None:
            undo_attempt(session, attempt.by_address)
        undo_attempt(session, attempt.by_account)
        return FACTOR_NEEDED if counted is None else counted
    if factors.use(vault, factor, code, now):
        code_was_right(session, counted)
        return None
    undo_attempt(session, attempt.by_account)
    account = session.get_one(StaffAccount, (attempt.organization_id, attempt.account_id))
    code_was_wrong(session, vault, account, counted, now)
    after = {"why": "wrong_code"}
    record(session, factor.organization_id, "staff.sign_in_failed", factor.staff_id, after=after)
    return FACTOR_WRONG


def _account(session: Session, attempt: _Attempt) -> StaffAccount | None:
    """Return the account of an attempt, with its row locked against changes."""
    if attempt.organization_id is None:
        return None
    key = (attempt.organization_id, attempt.account_id)
    return session.get(StaffAccount, key, with_for_update=True)


def _failure(account: StaffAccount | None, attempt: _Attempt, *, right: bool) -> str | None:
    """Return the reason why an attempt fails, or None."""
    if account is None:
        return "unknown"
    if account.disabled_at is not None:
        return "disabled"
    if account.password_hash is None:
        return "no_password"
    if not right:
        return "wrong_password"
    unchanged = hmac.compare_digest(account.password_hash, attempt.password_hash or "")
    return None if unchanged else "password_changed"


def open_session(
    session: Session, account: StaffAccount, settings: ServiceSettings, now: datetime
) -> SignedIn:
    """Open a session for an account, which is the actor from here on."""
    token = SESSION_PREFIX + secrets.token_urlsafe(32)
    expires_at = now + timedelta(hours=settings.session_hours)
    act_as(session, Actor(ActorKind.STAFF, account.name, account.id))
    session.add(
        StaffSession(
            organization_id=account.organization_id,
            id=uuid4(),
            staff_id=account.id,
            digest=digest(token),
            created_at=now,
            last_used_at=now,
            expires_at=expires_at,
            revoked_at=None,
        )
    )
    record(session, account.organization_id, "staff.signed_in", account.id)
    session.flush()
    missing = is_missing(session, account)
    return SignedIn(
        token=token,
        expires_at=expires_at,
        staff=staff_name(account),
        scopes=() if missing else scopes_of(account.role),
        second_factor_missing=missing,
    )


def is_missing(session: Session, account: StaffAccount) -> bool:
    """Whether the club demands a second factor of an account that has none."""
    if account.role is Role.RECEPTION:
        return False
    organization = session.get_one(Organization, account.organization_id)
    factor = session.get(StaffFactor, (account.organization_id, account.id))
    has_one = factor is not None and factor.confirmed_at is not None
    return organization.second_factor_demanded and not has_one


def scopes_of(role: Role) -> tuple[Scope, ...]:
    """Return the scopes of a role, sorted."""
    return tuple(sorted(ROLE_SCOPES[role]))


def sign_out(call: Call) -> None:
    """End the caller's session."""
    call.session.execute(
        update(StaffSession)
        .where(StaffSession.organization_id == call.tenant.id, StaffSession.id == call.session_id)
        .values(revoked_at=call.now)
    )
    record(call.session, call.tenant.id, "staff.signed_out", call.caller_id)


def me(call: Call) -> Me:
    """Return the signed-in account and its scopes."""
    account = call.session.get_one(StaffAccount, (call.tenant.id, call.caller_id))
    return Me(
        staff=staff_name(account),
        organization=call.tenant.slug,
        organization_name=call.tenant.name,
        scopes=tuple(sorted(Scope(scope) for scope in call.scopes)),
    )
