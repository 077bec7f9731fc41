"""What is stored of Google Wallet: what Google has, failures, and when to try again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, case, func, null, or_, select, update
from sqlalchemy.orm import Session

from membership.store.database import UtcDateTime
from membership.store.models import CardDesign, CardWallet, IdentityKind, WalletIdentity
from membership.wallet.google.content import CardContent
from membership.wallet.google.queue import BACKOFF, LeasedCards
from membership.web.access import Tenant

FIRST_CHECK, CHECKED_FOR = timedelta(minutes=1), timedelta(days=1)
"""When Google is first asked whether a new card was saved, and for how long while it is not.

Google does not report it by itself.
"""


_NOW, _AGAIN = (bindparam(name, type_=UtcDateTime()) for name in ("now", "again"))
_IS_UNCHANGED = and_(
    CardWallet.update_seq == bindparam("seq"),
    CardWallet.google_next_attempt_at == bindparam("was_due"),
)
"""SQL condition: the card is as when it was leased; otherwise it stays due."""

_HELD = and_(
    CardWallet.organization_id == bindparam("of_organization"),
    CardWallet.card_id == bindparam("of_card"),
    CardWallet.google_leased_until == bindparam("until"),
)
_DONE = (
    update(CardWallet)
    .where(_HELD)
    .values(
        google_seq=bindparam("seq"),
        google_digest=bindparam("digest"),
        google_saved=bindparam("saved"),
        google_attempts=0,
        google_error=None,
        google_leased_until=None,
        google_next_attempt_at=case((_IS_UNCHANGED, _AGAIN), else_=_NOW),
    )
)
_FAILED = (
    update(CardWallet)
    .where(_HELD)
    .values(
        google_attempts=CardWallet.google_attempts + 1,
        google_error=bindparam("error"),
        google_leased_until=None,
        google_next_attempt_at=case((_IS_UNCHANGED, _AGAIN), else_=_NOW),
    )
)


def next_check(card: CardContent, now: datetime) -> datetime | None:
    """When Google is next asked whether a card was saved, at growing intervals.

    None for a card that was saved, that Google does not have, or that is too old.
    """
    if card.saved or card.created_at is None:
        return None
    age = now - card.created_at
    if age >= CHECKED_FOR:
        return None
    return now + min(max(FIRST_CHECK, age), BACKOFF.longest)


def record_done(
    connection: Connection, leased: LeasedCards, done: Sequence[CardContent], now: datetime
) -> None:
    """Store that Google has these contents of cards; a card that changed since stays due."""
    if done:
        connection.execute(
            _DONE,
            [
                {
                    **_of(leased, each),
                    "digest": each.of_card.digest,
                    "saved": each.saved,
                    "again": next_check(each, now),
                    "now": now,
                }
                for each in sorted(done, key=lambda card: card.card_id)
                if each.of_card is not None
            ],
        )


def record_failed(
    connection: Connection, leased: LeasedCards, card: CardContent, error: str, now: datetime
) -> None:
    """Store why a card could not be synchronized, and reschedule it."""
    attempts = connection.scalar(
        select(CardWallet.google_attempts).where(
            CardWallet.organization_id == leased.tenant.id, CardWallet.card_id == card.card_id
        )
    )
    again = now + BACKOFF.pause((attempts or 0) + 1)
    connection.execute(
        _FAILED, {**_of(leased, card), "error": error[:300], "again": again, "now": now}
    )


def _of(leased: LeasedCards, card: CardContent) -> dict[str, Any]:
    """Statement parameters that name a leased card, as it was when its content was loaded."""
    return {
        "of_organization": leased.tenant.id,
        "of_card": card.card_id,
        "until": leased.until,
        "seq": card.update_seq,
        "was_due": leased.due[card.card_id],
    }


def record_class(connection: Connection, tenant: Tenant, card: CardContent) -> None:
    """Store that Google has the class of a card's design.

    If the design has a newer version, another process may have sent that one before: then
    nothing is known of what Google has, so that the class is sent again with the next card.
    """
    if card.of_design is not None:
        connection.execute(
            update(CardDesign)
            .where(CardDesign.organization_id == tenant.id, CardDesign.id == card.design_id)
            .values(
                google_class_digest=case(
                    (CardDesign.version == card.design_version, card.of_design.digest),
                    else_=null(),
                )
            )
        )


def reset_class(connection: Connection, tenant: Tenant, design_id: UUID) -> None:
    """Store that Google may lack a class, so that it is sent again with the next card."""
    connection.execute(
        update(CardDesign)
        .where(CardDesign.organization_id == tenant.id, CardDesign.id == design_id)
        .values(google_class_digest=None)
    )


def record_created(
    connection: Connection, tenant: Tenant, card: CardContent, now: datetime
) -> None:
    """Store that Google has a card from now on; whether it was saved is checked soon after."""
    if card.of_card is not None:
        connection.execute(
            update(CardWallet)
            .where(CardWallet.organization_id == tenant.id, CardWallet.card_id == card.card_id)
            .values(
                google_created_at=func.coalesce(CardWallet.google_created_at, now),
                google_seq=card.update_seq,
                google_digest=card.of_card.digest,
                google_error=None,
                google_attempts=0,
                google_next_attempt_at=now + FIRST_CHECK,
            )
        )


def pause_account(
    connection: Connection, organization_id: int, retry_after: float | None, now: datetime
) -> datetime:
    """Pause an organization's account after an error that concerns all of its cards.

    ``retry_after`` is what Google asks for, in seconds. Returns the end of the pause.
    """
    here = and_(
        WalletIdentity.organization_id == organization_id,
        WalletIdentity.kind == IdentityKind.GOOGLE,
    )
    failures = connection.scalar(
        update(WalletIdentity)
        .where(here)
        .values(failures=WalletIdentity.failures + 1)
        .returning(WalletIdentity.failures)
    )
    until = now + BACKOFF.pause(failures or 1, retry_after=retry_after)
    connection.execute(update(WalletIdentity).where(here).values(paused_until=until))
    return until


def resume_account(connection: Connection, organization_id: int) -> None:
    """End the pause of an account, if it has one, and count its failures from 0."""
    connection.execute(
        update(WalletIdentity)
        .where(
            WalletIdentity.organization_id == organization_id,
            WalletIdentity.kind == IdentityKind.GOOGLE,
            or_(WalletIdentity.failures > 0, WalletIdentity.paused_until.is_not(None)),
        )
        .values(failures=0, paused_until=None)
    )


def resync_all(session: Session, organization_id: int, now: datetime) -> None:
    """Make all cards that Google has due: the account or the issuer was replaced."""
    connection = session.connection()
    resume_account(connection, organization_id)
    there = and_(
        CardWallet.organization_id == organization_id, CardWallet.google_created_at.is_not(None)
    )
    ordered = select(CardWallet.card_id).where(there).order_by(CardWallet.card_id)
    connection.execute(ordered.with_for_update(key_share=True)).all()
    connection.execute(
        update(CardWallet).where(there).values(google_next_attempt_at=now, google_attempts=0)
    )


def record_not_created(connection: Connection, tenant: Tenant, card_id: UUID, error: str) -> None:
    """Store why a card could not be added at Google, for staff to see."""
    connection.execute(
        update(CardWallet)
        .where(CardWallet.organization_id == tenant.id, CardWallet.card_id == card_id)
        .values(google_error=error[:300])
    )
