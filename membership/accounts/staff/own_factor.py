"""Setting up and removing the second factor of one's own account.

Both ask for the present password: a session that was left open is not enough.
"""

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from api_client.messages.second_factor import FactorConfirmed, FactorSecret, FactorState
from membership.accounts.notices import Notice, notify
from membership.accounts.staff import factors
from membership.accounts.staff.accounts import end_sessions
from membership.accounts.staff.code_tries import code_was_wrong
from membership.accounts.staff.own_password import check_present_password
from membership.accounts.staff.schemas import (
    FactorCode,
    FactorRemoval,
    FactorStart,
)
from membership.accounts.staff.throttles import (
    FACTOR_BY_ACCOUNT,
    CountedAttempt,
    count_attempt,
    reset_attempts,
)
from membership.events.audit.recorder import record
from membership.store.models import Organization, Role, StaffAccount, StaffFactor
from membership.web.access import Call, Caller
from membership.web.errors import Conflict, Invalid
from membership.web.transactions import RequestTransactions


def factor_state(call: Call) -> FactorState:
    """Return the state of the caller's second factor."""
    account = call.session.get_one(StaffAccount, (call.tenant.id, call.caller_id))
    organization = call.session.get_one(Organization, call.tenant.id)
    factor = factors.factor_of(call.session, call.tenant.id, account.id)
    enabled = factor is not None and factor.confirmed_at is not None
    return FactorState(
        enabled=enabled,
        since=factor.confirmed_at if factor is not None else None,
        recovery_codes_left=len(factor.recovery_digests) if factor is not None else 0,
        demanded=organization.second_factor_demanded and account.role is not Role.RECEPTION,
    )


async def start(
    transactions: RequestTransactions, caller: Caller, asked: FactorStart
) -> FactorSecret:
    """Store a new secret, which counts once a code confirms it.

    Raises Invalid for a wrong password; TooMany; Conflict if there is a factor already.
    """
    await check_present_password(transactions, caller, asked.current_password.get_secret_value())

    def begin(session: Session, now: datetime) -> FactorSecret:
        account, factor = _locked(session, caller)
        if factor is not None and factor.confirmed_at is not None:
            raise Conflict("second_factor_exists", "Remove the present second factor first.")
        name = caller.tenant.name
        made = factors.begin(session, transactions.vault, account, name, now)
        return FactorSecret(secret=made.secret, uri=made.uri)

    return await transactions.write(begin, caller.actor)


async def confirm(
    transactions: RequestTransactions, caller: Caller, asked: FactorCode
) -> FactorConfirmed:
    """Confirm the secret by a code; ends all other sessions of the account.

    Raises Conflict if none is being set up; Invalid for a wrong code; TooMany.
    """
    counted = await transactions.write(partial(_count, caller))

    def store(session: Session, now: datetime) -> FactorConfirmed | None:
        account, factor = _locked(session, caller)
        if factor is None or factor.confirmed_at is not None:
            raise Conflict("second_factor_not_begun", "No second factor is being set up.")
        code = asked.code.get_secret_value()
        codes = factors.confirm(transactions.vault, factor, code, now)
        if codes is None:
            return None
        reset_attempts(session, counted)
        end_sessions(session, account, now, keep=caller.session_id)
        record(session, account.organization_id, "staff.second_factor_added", account.id)
        here, vault = account.organization_id, transactions.vault
        notify(session, vault, here, Notice.FACTOR_ON, account.email, now=now)
        return FactorConfirmed(recovery_codes=codes)

    confirmed = await transactions.write(store, caller.actor)
    if confirmed is None:
        raise _wrong_code()
    return confirmed


async def remove(transactions: RequestTransactions, caller: Caller, asked: FactorRemoval) -> None:
    """Remove the second factor. Raises Invalid for a wrong password or code; TooMany; Conflict."""
    await check_present_password(transactions, caller, asked.current_password.get_secret_value())
    counted = await transactions.write(partial(_count, caller))

    def take_away(session: Session, now: datetime) -> bool:
        account, factor = _locked(session, caller)
        if factor is None or factor.confirmed_at is None:
            raise Conflict("second_factor_missing", "There is no second factor.")
        code = asked.code.get_secret_value()
        if not factors.use(transactions.vault, factor, code, now):
            code_was_wrong(session, transactions.vault, account, counted, now)
            return False
        reset_attempts(session, counted)
        removed(session, transactions, account, now)
        return True

    if not await transactions.write(take_away, caller.actor):
        raise _wrong_code()


def removed(
    session: Session, transactions: RequestTransactions, account: StaffAccount, now: datetime
) -> None:
    """Remove the factor of an account, and tell its owner."""
    factors.remove(session, account)
    record(session, account.organization_id, "staff.second_factor_removed", account.id)
    here, vault = account.organization_id, transactions.vault
    notify(session, vault, here, Notice.FACTOR_OFF, account.email, now=now)


def _count(caller: Caller, session: Session, now: datetime) -> CountedAttempt:
    """Count a try at a code for the session, which others cannot delay."""
    return count_attempt(session, FACTOR_BY_ACCOUNT, f"session\n{caller.session_id}", now)


def _locked(session: Session, caller: Caller) -> tuple[StaffAccount, StaffFactor | None]:
    """Return the caller's account, its row locked, and its factor."""
    key = (caller.tenant.id, caller.actor.id)
    account = session.get_one(StaffAccount, key, with_for_update=True)
    return account, factors.factor_of(session, caller.tenant.id, account.id, lock=True)


def _wrong_code() -> Invalid:
    detail = "This code is wrong or was used; wait for the next one."
    return Invalid("second_factor_wrong", "body.code", detail)
