"""Password resets and invitations, by a mailed token that is valid once.

The response is the same for an address without an account. The token is stored as SHA-256; in a
mail's link it is the fragment, which browsers do not send, so that no server logs it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind
from membership.accounts.origins import Origin, recognize
from membership.accounts.staff.accounts import email_key, revoke_resets
from membership.accounts.staff.credentials import guessable_words, hash_new, set_password
from membership.accounts.staff.mails import (
    INVITATION_LIFE,
    RESET_LIFE,
    invitation,
    reset_mail,
)
from membership.accounts.staff.schemas import ResetConfirmation, ResetWish
from membership.accounts.staff.sessions import account_subject
from membership.accounts.staff.throttles import (
    CONFIRM_BY_ADDRESS,
    RESET_BY_ACCOUNT,
    RESET_BY_ADDRESS,
    SIGN_IN_BY_ACCOUNT,
    CountedAttempt,
    at_organization,
    count_attempt,
    reset_subject,
    undo_attempt,
)
from membership.base.actors import Actor
from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.events.mail.outbox import Mail, queue_mail
from membership.store.models import Organization, PasswordReset, StaffAccount
from membership.web.access import digest
from membership.web.errors import Invalid
from membership.web.transactions import RequestTransactions, act_as

TOKEN_PREFIX = "mr_"  # noqa: S105 - how tokens begin
_KEPT = timedelta(days=30)
_REPEAT_LIFE = timedelta(seconds=30)


@dataclass(frozen=True)
class _ResetTarget:
    """The account of a valid token, which came from ``address``.

    ``known`` are words that its password must not be.
    """

    digest: str
    organization_id: int
    account_id: UUID
    known: tuple[str, ...]
    subject: str
    address: str


async def request_reset(transactions: RequestTransactions, wish: ResetWish) -> None:
    """Mail a token to an account's address, if there is one. Raises TooMany."""
    await transactions.write(partial(_count_request, transactions.address, wish))
    await transactions.write(partial(_mail_token, transactions, wish))


def _count_request(address: str, wish: ResetWish, session: Session, now: datetime) -> None:
    """Count the request, in a transaction of its own, without locking an account."""
    subject = account_subject(wish.organization, wish.email)
    origin = Origin(address, wish.device_token.get_secret_value())
    recognized = recognize(session, subject, origin, now)
    if recognized.known != "device":
        whose = at_organization(session, wish.organization, address)
        count_attempt(session, RESET_BY_ADDRESS, whose, now)
    count_attempt(session, RESET_BY_ACCOUNT, recognized.subject, now)


def _mail_token(
    transactions: RequestTransactions, wish: ResetWish, session: Session, now: datetime
) -> None:
    """Queue the mail, if there is an enabled account."""
    found = session.execute(
        select(StaffAccount, Organization.name)
        .join(Organization, Organization.id == StaffAccount.organization_id)
        .where(
            Organization.slug == wish.organization,
            StaffAccount.email_key == email_key(wish.email),
            StaffAccount.disabled_at.is_(None),
        )
        .with_for_update(of=StaffAccount)
    ).first()
    if found is None:
        # Takes about as long as queueing the mail, so that the time does not show it either.
        transactions.vault.seal(secrets.token_bytes(1024))
        return
    account, organization = found
    token = make_token(session, account, RESET_LIFE, now)
    mail = reset_mail(account, organization, token, transactions.settings.public_url)
    queue_mail(session, transactions.vault, account.organization_id, mail, now=now)
    record(session, account.organization_id, "staff.password_reset_requested", account.id)


def invite(
    session: Session,
    vault: Vault,
    account: StaffAccount,
    organization: str,
    *,
    public_url: str | None,
    now: datetime,
) -> None:
    """Queue the mail with the link by which a new account's owner sets the password."""
    token = make_token(session, account, INVITATION_LIFE, now)
    mail: Mail = invitation(account, organization, token, public_url)
    queue_mail(session, vault, account.organization_id, mail, now=now)
    record(session, account.organization_id, "staff.invited", account.id)


def make_token(session: Session, account: StaffAccount, life: timedelta, now: datetime) -> str:
    """Create a token for an account whose row is locked; older ones are revoked."""
    revoke_resets(session, account, now)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    session.add(
        PasswordReset(
            organization_id=account.organization_id,
            id=uuid4(),
            staff_id=account.id,
            digest=digest(token),
            created_at=now,
            expires_at=now + life,
            used_at=None,
        )
    )
    session.flush()
    return token


async def confirm_reset(transactions: RequestTransactions, confirmation: ResetConfirmation) -> None:
    """Set the password of the account that a token belongs to.

    A repeat of the request, with the same password a moment later, succeeds and changes nothing.
    Raises Invalid for an invalid token or a weak password; TooMany for too many invalid tokens,
    which never keep a good one out.
    """
    token = digest(confirmation.token.get_secret_value())
    password = confirmation.password.get_secret_value()
    named = await transactions.read(partial(_look_up, transactions.address, token))
    if named is None:
        # Counted before the password is compared, so that a used token is no way to guess it.
        miss = await transactions.write(partial(_count_miss, transactions.address, token))
        if not await _is_repeat(transactions, token, password):
            raise _bad_token()
        await transactions.write(partial(_undo_miss, miss))
        return
    hashed = await hash_new(transactions, password, "body.password", named.known)
    await transactions.write(partial(_use_token, transactions.vault, named, hashed))


async def _is_repeat(transactions: RequestTransactions, token: str, password: str) -> bool:
    """Whether a token set this very password a moment ago: a network repeated the request."""

    def set_by_it(session: Session, now: datetime) -> str | None:
        return session.scalar(
            select(StaffAccount.password_hash)
            .join(
                PasswordReset,
                (PasswordReset.organization_id == StaffAccount.organization_id)
                & (PasswordReset.staff_id == StaffAccount.id),
            )
            .where(
                PasswordReset.digest == token,
                PasswordReset.used_at >= now - _REPEAT_LIFE,
                StaffAccount.password_changed_at == PasswordReset.used_at,
                StaffAccount.disabled_at.is_(None),
            )
        )

    stored = await transactions.read(set_by_it)
    if stored is None:
        return False
    verify = partial(transactions.passwords.verify, stored, password)
    return await transactions.hash_password(verify)


def _bad_token() -> Invalid:
    detail = "This token is wrong, was used or replaced, or is too old; ask for another one."
    return Invalid("reset_token_invalid", "body.token", detail)


def _look_up(address: str, token: str, session: Session, now: datetime) -> _ResetTarget | None:
    """Return the account of a token, or None for an invalid one."""
    found = session.execute(
        select(StaffAccount, Organization)
        .join(
            PasswordReset,
            (PasswordReset.organization_id == StaffAccount.organization_id)
            & (PasswordReset.staff_id == StaffAccount.id),
        )
        .join(Organization, Organization.id == StaffAccount.organization_id)
        .where(
            PasswordReset.digest == token,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
            StaffAccount.disabled_at.is_(None),
        )
    ).first()
    if found is None:
        return None
    account, organization = found
    known = guessable_words(account.name, account.email, organization.name, organization.slug)
    subject = account_subject(organization.slug, account.email)
    return _ResetTarget(token, account.organization_id, account.id, known, subject, address)


def _count_miss(address: str, token: str, session: Session, now: datetime) -> CountedAttempt:
    """Count an invalid token: for its club, if there ever was such a token. Raises TooMany."""
    club = session.scalar(
        select(PasswordReset.organization_id).where(PasswordReset.digest == token)
    )
    whose = address if club is None else f"{club}\n{address}"
    return count_attempt(session, CONFIRM_BY_ADDRESS, whose, now)


def _undo_miss(counted: CountedAttempt, session: Session, _now: datetime) -> None:
    """Undo what was counted for the repeat of a good request."""
    undo_attempt(session, counted)


def _use_token(
    vault: Vault, named: _ResetTarget, password_hash: str, session: Session, now: datetime
) -> None:
    """Set the password, mark the token used, and end the wait of strangers and at its address.

    Of two concurrent calls, one raises Invalid.
    """
    key = (named.organization_id, named.account_id)
    account = session.get_one(StaffAccount, key, with_for_update=True)
    used = session.execute(
        update(PasswordReset)
        .where(
            PasswordReset.organization_id == named.organization_id,
            PasswordReset.digest == named.digest,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
        .values(used_at=now)
        .returning(PasswordReset.id)
    ).first()
    if used is None or account.disabled_at is not None:
        raise _bad_token()
    act_as(session, Actor(ActorKind.STAFF, account.name, account.id))
    set_password(session, vault, account, password_hash, now, action="staff.password_reset")
    here = recognize(session, named.subject, Origin(named.address), now).subject
    for subject in {named.subject, here}:
        reset_subject(session, SIGN_IN_BY_ACCOUNT, subject)
