"""Routes of staff accounts, for admins."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from api_client.messages.management import EndedSessions
from membership.accounts.staff import accounts
from membership.accounts.staff.credentials import guessable_words, hash_new
from membership.accounts.staff.resets import invite
from membership.accounts.staff.schemas import NewStaff, StaffChange, StaffPage, StaffView
from membership.base.scopes import Scope
from membership.web.access import (
    Call,
    Caller,
    allows,
    reads,
    writes,
    writes_once,
)
from membership.web.idempotency import once, request_of
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/staff", tags=["Staff"])


@router.get("")
def list_staff(
    call: Annotated[Call, reads(Scope.STAFF_WRITE)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> StaffPage:
    """List the organization's accounts, oldest first, disabled ones included."""
    return accounts.list_accounts(call, limit, cursor)


@dataclass(frozen=True)
class _Hashed:
    """A new account and the hash of its password."""

    new: NewStaff
    password_hash: str | None


async def _hashed(
    new: NewStaff,
    transactions: InTransactions,
    caller: Annotated[Caller, allows(Scope.STAFF_WRITE)],
) -> _Hashed:
    """Check and hash the password before a transaction is opened."""
    if new.password is None:
        return _Hashed(new, None)
    password = new.password.get_secret_value()
    known = guessable_words(new.name, new.email, caller.tenant.name, caller.tenant.slug)
    return _Hashed(new, await hash_new(transactions, password, "body.password", known))


@router.post("", status_code=201)
def add_staff(
    request: Request,
    hashed: Annotated[_Hashed, Depends(_hashed)],
    call: Annotated[Call, writes_once(Scope.STAFF_WRITE)],
) -> StaffView:
    """Create an account. Without a password, its owner is mailed a link to set one.

    409 `email_taken` if the organization has an account with this address; 422 for a password that
    is too short (10 characters are required), too long (256), or easily guessed; 403 for a role
    with more rights than the caller's.
    """

    def create() -> StaffView:
        new, state = hashed.new, request.app.state
        accounts.forbid_more_scopes(call.scopes, new.role)
        account = accounts.create_account(
            call.session,
            call.tenant,
            call.now,
            name=new.name,
            email=new.email,
            role=new.role,
            password_hash=hashed.password_hash,
        )
        if hashed.password_hash is None:
            public_url = state.settings.public_url
            invite(
                call.session,
                state.vault,
                account,
                call.tenant.name,
                public_url=public_url,
                now=call.now,
            )
        return accounts.account_view(account)

    return once(call, hashed.new, StaffView, create)


@router.get("/{staff_id}")
def get_staff(
    staff_id: UUID, call: Annotated[Call, reads(Scope.STAFF_WRITE)], shown: InShown
) -> StaffView:
    """Return an account.

    Errors: `staff_not_found` (404).
    """
    view = accounts.show_account(call, staff_id)
    return shown.show(view, accounts.account_etag(view))


@router.patch("/{staff_id}")
def change_staff(
    request: Request,
    staff_id: UUID,
    change: StaffChange,
    call: Annotated[Call, writes_once(Scope.STAFF_WRITE)],
    condition: InCondition,
) -> StaffView:
    """Set the fields that are sent. A role takes effect at once, also in open sessions.

    `disabled` and a new `email` end all sessions except the caller's, and invalidate mailed links.
    409 `last_admin` if the organization would be left without an enabled admin who has a password;
    409 `email_taken`; 403 for an account or a role with more rights than the caller's.
    """

    def current() -> str:
        row = accounts.lock_account(call.session, call.tenant, staff_id)
        return accounts.account_etag(accounts.account_view(row))

    def save() -> StaffView:
        condition.require(current)
        account = accounts.change_account(
            call.session,
            call.tenant,
            staff_id,
            change,
            call.now,
            scopes=call.scopes,
            vault=request.app.state.vault,
            keep_session=call.session_id,
        )
        keys = accounts.open_keys(call.session, call.tenant.id, [account.id], call.now)
        return accounts.account_view(account, keys.get(account.id, 0))

    changed = once(call, request_of("change staff", staff_id, body=change), StaffView, save)
    return condition.show(changed, accounts.account_etag(changed))


@router.delete("/{staff_id}/sessions")
def end_staff_sessions(
    staff_id: UUID, call: Annotated[Call, writes(Scope.STAFF_WRITE)]
) -> EndedSessions:
    """End all sessions of an account; its owner has to sign in again. Repeating it is safe.

    403 for an account with more rights than the caller's.
    """
    return accounts.end_sessions_of(call, staff_id)
