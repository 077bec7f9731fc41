"""Staff accounts: create, list, change. An organization keeps an admin who can sign in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, EndedSessions, StaffName
from membership.accounts.notices import Notice, notify
from membership.accounts.staff.mails import token_topic
from membership.accounts.staff.schemas import StaffChange, StaffPage, StaffView
from membership.base.scopes import ROLE_SCOPES, Scope
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.events.mail.outbox import withdraw_mails
from membership.store.models import (
    ApiKey,
    Organization,
    PasswordReset,
    Role,
    StaffAccount,
    StaffSession,
)
from membership.web.access import Call, Tenant
from membership.web.errors import Conflict, Forbidden, NotFound
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of
from membership.web.preconditions import strong_etag

_AFTER = (StaffAccount.created_at, StaffAccount.id)


def email_key(email: str) -> str:
    """Return an address for comparison: in lower case, without surrounding blanks."""
    return email.strip().lower()


def lock_organization(session: Session, organization_id: int) -> None:
    """Lock the organization's accounts against changes until this transaction ends.

    So two admins cannot disable each other, and there is only one first account.
    """
    session.execute(
        select(Organization.id)
        .where(Organization.id == organization_id)
        .with_for_update(key_share=True)
    )


def has_accounts(session: Session, organization_id: int) -> bool:
    """Whether the organization has any account, including disabled ones."""
    return bool(
        session.scalar(select(exists().where(StaffAccount.organization_id == organization_id)))
    )


def create_account(
    session: Session,
    tenant: Tenant,
    now: datetime,
    *,
    name: str,
    email: str,
    role: Role,
    password_hash: str | None,
) -> StaffAccount:
    """Create an account. Raises Conflict if the organization has one with this address."""
    lock_organization(session, tenant.id)
    _reject_taken(session, tenant.id, email)
    account = StaffAccount(
        organization_id=tenant.id,
        id=uuid4(),
        email=email,
        email_key=email_key(email),
        name=name,
        role=role,
        password_hash=password_hash,
        password_changed_at=now if password_hash else None,
        last_login_at=None,
        disabled_at=None,
        created_at=now,
    )
    session.add(account)
    session.flush()
    return account


def list_accounts(call: Call, limit: int, cursor: str | None) -> StaffPage:
    """Return a page of the accounts, oldest first, including disabled ones."""
    query = (
        select(StaffAccount)
        .where(StaffAccount.organization_id == call.tenant.id)
        .order_by(*_AFTER)
        .limit(limit + 1)
    )
    if cursor is not None:
        at, last = decode_cursor(cursor, str, str)
        query = query.where(tuple_(*_AFTER) > (instant_of(at), _uuid_of(last)))
    rows = call.session.scalars(query).all()
    page = rows[:limit]
    more = len(rows) > limit
    keys = open_keys(call.session, call.tenant.id, [row.id for row in page], call.now)
    return StaffPage(
        items=tuple(account_view(row, keys.get(row.id, 0)) for row in page),
        next_cursor=encode_cursor(page[-1].created_at.isoformat(), str(page[-1].id))
        if more
        else None,
    )


def _uuid_of(part: str | int) -> UUID:
    """Return the UUID in a part of a cursor. Raises Invalid."""
    try:
        return UUID(str(part))
    except ValueError:
        raise bad_cursor() from None


def lock_account(session: Session, tenant: Tenant, account_id: UUID) -> StaffAccount:
    """Return an account with its row locked, and the organization's. Raises NotFound."""
    lock_organization(session, tenant.id)
    account = session.get(StaffAccount, (tenant.id, account_id), with_for_update=True)
    if account is None:
        raise no_such_account()
    return account


def no_such_account() -> NotFound:
    """Return the error for an account that this organization does not have."""
    return NotFound("staff_not_found", "There is no such account.")


def show_account(call: Call, account_id: UUID) -> StaffView:
    """Return an account. Raises NotFound."""
    account = call.session.get(StaffAccount, (call.tenant.id, account_id))
    if account is None:
        raise no_such_account()
    keys = open_keys(call.session, call.tenant.id, [account.id], call.now)
    return account_view(account, keys.get(account.id, 0))


def account_etag(view: StaffView) -> str:
    """Return the ETag of what can be edited of an account."""
    return strong_etag(view, "id", "name", "email", "role", "disabled_at")


def change_account(
    session: Session,
    tenant: Tenant,
    account_id: UUID,
    change: StaffChange,
    now: datetime,
    *,
    scopes: frozenset[str] = frozenset(Scope),
    vault: Vault | None = None,
    keep_session: UUID | None = None,
) -> StaffAccount:
    """Set the fields of ``change``; returns the account. With a ``vault``, a changed address is
    told by mail, to the old one as well; it ends the account's sessions but ``keep_session``.

    Raises NotFound; Conflict for an address that is taken, and if no admin who can sign in would
    be left; Forbidden for a role with scopes that are not among ``scopes``, the caller's.
    """
    account = lock_account(session, tenant, account_id)
    forbid_more_scopes(scopes, account.role)
    if change.role is not None:
        forbid_more_scopes(scopes, change.role)
    stays_admin = (change.role or account.role) is Role.ADMIN and not change.disabled
    if _is_working_admin(account) and not stays_admin:
        _keep_an_admin(session, account)
    before = account.email
    _apply(session, account, change, now, keep_session)
    session.flush()
    if vault is not None and account.email_key != email_key(before):
        notify(session, vault, tenant.id, Notice.ADDRESS, before, account.email, now=now)
    return account


def _apply(
    session: Session,
    account: StaffAccount,
    change: StaffChange,
    now: datetime,
    keep_session: UUID | None,
) -> None:
    """Set the fields; disabling and a new address end sessions and revoke mailed links."""
    if change.email is not None and email_key(change.email) != account.email_key:
        _reject_taken(session, account.organization_id, change.email)
        revoke_resets(session, account, now)
        withdraw_mails(session, account.organization_id, token_topic(account.id))
        end_sessions(session, account, now, keep=keep_session)
    if change.email is not None:
        account.email, account.email_key = change.email, email_key(change.email)
    account.name = change.name or account.name
    account.role = change.role or account.role
    if change.disabled is False:
        account.disabled_at = None
    elif change.disabled and account.disabled_at is None:
        account.disabled_at = now
        end_sessions(session, account, now)
        revoke_resets(session, account, now)


def forbid_more_scopes(scopes: frozenset[str], role: Role) -> None:
    """Raise Forbidden for a role with scopes that the caller lacks."""
    lacking = sorted(ROLE_SCOPES[role] - scopes - {Scope.STAFF_SETUP})
    if lacking:
        detail = f"The role {role.value} may do what you may not: {', '.join(lacking)}."
        raise Forbidden("scope_missing", detail)


def _is_working_admin(account: StaffAccount) -> bool:
    """Whether the account is an admin who can sign in."""
    can_sign_in = account.disabled_at is None and account.password_hash is not None
    return account.role is Role.ADMIN and can_sign_in


def _keep_an_admin(session: Session, account: StaffAccount) -> None:
    """Raise Conflict if no other admin can sign in."""
    other = exists().where(
        StaffAccount.organization_id == account.organization_id,
        StaffAccount.id != account.id,
        StaffAccount.role == Role.ADMIN,
        StaffAccount.disabled_at.is_(None),
        StaffAccount.password_hash.is_not(None),
    )
    if not session.scalar(select(other)):
        detail = "This is the last admin who can sign in; make another one first."
        raise Conflict("last_admin", detail)


def _reject_taken(session: Session, organization_id: int, email: str) -> None:
    """Raise Conflict for an address that an account of the organization has."""
    taken = exists().where(
        StaffAccount.organization_id == organization_id,
        StaffAccount.email_key == email_key(email),
    )
    if session.scalar(select(taken)):
        raise Conflict("email_taken", "There is an account with this email address.")


def end_sessions(
    session: Session, account: StaffAccount, now: datetime, *, keep: UUID | None = None
) -> int:
    """End all sessions of an account except ``keep``. Returns how many."""
    mine = [
        StaffSession.organization_id == account.organization_id,
        StaffSession.staff_id == account.id,
        StaffSession.revoked_at.is_(None),
    ]
    if keep is not None:
        mine.append(StaffSession.id != keep)
    ended = update(StaffSession).where(*mine).values(revoked_at=now).returning(StaffSession.id)
    return len(session.scalars(ended).all())


def end_sessions_of(call: Call, account_id: UUID) -> EndedSessions:
    """End all sessions of an account, also the caller's own.

    Raises NotFound; Forbidden for an account that may do more than the caller.
    """
    account = call.session.get(StaffAccount, (call.tenant.id, account_id), with_for_update=True)
    if account is None:
        raise NotFound("staff_not_found", "There is no such account.")
    if account.id != call.actor.id:
        forbid_more_scopes(call.scopes, account.role)
    ended = end_sessions(call.session, account, call.now)
    after = {"sessions": ended}
    record(call.session, call.tenant.id, "staff.sessions_ended", account.id, after=after)
    return EndedSessions(ended=ended)


def revoke_resets(session: Session, account: StaffAccount, now: datetime) -> None:
    """Revoke all mailed links to set the account's password."""
    session.execute(
        update(PasswordReset)
        .where(
            PasswordReset.organization_id == account.organization_id,
            PasswordReset.staff_id == account.id,
            PasswordReset.used_at.is_(None),
        )
        .values(used_at=now)
    )


def staff_name(account: StaffAccount) -> StaffName:
    """Return the account as a signed-in member of staff sees it."""
    return StaffName(id=account.id, name=account.name, email=account.email, role=account.role)


def open_keys(
    session: Session, organization_id: int, makers: Sequence[UUID], now: datetime
) -> dict[UUID, int]:
    """Return how many API keys still work, by the account that made them."""
    rows = session.execute(
        select(ApiKey.maker_id, func.count())
        .where(
            ApiKey.organization_id == organization_id,
            ApiKey.maker_kind == ActorKind.STAFF,
            ApiKey.maker_id.in_(makers),
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
        )
        .group_by(ApiKey.maker_id)
    )
    return {maker: count for maker, count in rows if maker is not None}


def account_view(account: StaffAccount, keys: int = 0) -> StaffView:
    """Return the view of an account that made ``keys`` API keys which still work."""
    return StaffView(
        id=account.id,
        name=account.name,
        email=account.email,
        role=account.role,
        has_password=account.password_hash is not None,
        disabled_at=account.disabled_at,
        open_keys=keys,
        last_login_at=account.last_login_at,
        created_at=account.created_at,
    )
