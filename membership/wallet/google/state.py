"""What is noted of telling Google: what it has, what went wrong, when it is tried again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, case, func, null, or_, select, update
from sqlalchemy.orm import Session

from membership.store.database import UtcDateTime
from membership.store.models import CardDesign, CardWallet, IdentityKind, WalletIdentity
from membership.wallet.google.content import CardContent
from membership.wallet.google.queue import BACKOFF, Claim
from membership.web.access import Tenant

FIRST_CHECK, CHECKED_FOR = timedelta(minutes=1), timedelta(days=1)
"""When a card that was just added is looked at again, and for how long it is while nobody has
saved it. Google tells only when it is asked whether somebody has."""


_NOW, _AGAIN = (bindparam(name, type_=UtcDateTime()) for name in ("now", "again"))
_IS_AS_IT_WAS = and_(
    CardWallet.update_seq == bindparam("seq"),
    CardWallet.google_next_attempt_at == bindparam("was_due"),
)
"""A card that changed meanwhile stays due."""

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
        google_next_attempt_at=case((_IS_AS_IT_WAS, _AGAIN), else_=_NOW),
    )
)
_FAILED = (
    update(CardWallet)
    .where(_HELD)
    .values(
        google_attempts=CardWallet.google_attempts + 1,
        google_error=bindparam("error"),
        google_leased_until=None,
        google_next_attempt_at=case((_IS_AS_IT_WAS, _AGAIN), else_=_NOW),
    )
)


def next_check(card: CardContent, now: datetime) -> datetime | None:
    """When Google is asked whether a card that nobody saved yet was saved: ever more seldom."""
    if card.saved or card.created_at is None:
        return None
    age = now - card.created_at
    if age >= CHECKED_FOR:
        return None
    return now + min(max(FIRST_CHECK, age), BACKOFF.longest)


def note_done(
    connection: Connection, held: Claim, done: Sequence[CardContent], now: datetime
) -> None:
    """Note that Google has cards as they were worked out; a card that changed since stays due."""
    if done:
        connection.execute(
            _DONE,
            [
                {
                    **_of(held, each),
                    "digest": each.of_card.digest,
                    "saved": each.saved,
                    "again": next_check(each, now),
                    "now": now,
                }
                for each in sorted(done, key=lambda card: card.card_id)
                if each.of_card is not None
            ],
        )


def note_failed(
    connection: Connection, held: Claim, card: CardContent, error: str, now: datetime
) -> None:
    """Note why Google was not told of a card, and when it is tried again."""
    attempts = connection.scalar(
        select(CardWallet.google_attempts).where(
            CardWallet.organization_id == held.tenant.id, CardWallet.card_id == card.card_id
        )
    )
    again = now + BACKOFF.pause((attempts or 0) + 1)
    connection.execute(
        _FAILED, {**_of(held, card), "error": error[:300], "again": again, "now": now}
    )


def _of(held: Claim, card: CardContent) -> dict[str, Any]:
    """Which card, as it was when it was worked out."""
    return {
        "of_organization": held.tenant.id,
        "of_card": card.card_id,
        "until": held.until,
        "seq": card.update_seq,
        "was_due": held.due[card.card_id],
    }


def note_class(connection: Connection, tenant: Tenant, card: CardContent) -> None:
    """Note that Google has the class of a card's design as it was worked out.

    One of a version that is over was perhaps told after a newer one: nothing is noted then, so
    that it is told again with the next card.
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


def forget_class(connection: Connection, tenant: Tenant, design_id: UUID) -> None:
    """Forget that Google has a class, so that it is told again with the next card."""
    connection.execute(
        update(CardDesign)
        .where(CardDesign.organization_id == tenant.id, CardDesign.id == design_id)
        .values(google_class_digest=None)
    )


def note_created(connection: Connection, tenant: Tenant, card: CardContent, now: datetime) -> None:
    """Note that Google has a card from now on; it is looked at once more soon after."""
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


def note_account(
    connection: Connection, organization_id: int, again: float | None, now: datetime
) -> datetime:
    """Let an organization's account rest after a fault that concerns all of its cards.

    ``again`` is what Google asks for, in seconds. Returns until when it rests.
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
    until = now + BACKOFF.pause(failures or 1, retry_after=again)
    connection.execute(update(WalletIdentity).where(here).values(paused_until=until))
    return until


def note_account_well(connection: Connection, organization_id: int) -> None:
    """Forget that an account failed, if it did."""
    connection.execute(
        update(WalletIdentity)
        .where(
            WalletIdentity.organization_id == organization_id,
            WalletIdentity.kind == IdentityKind.GOOGLE,
            or_(WalletIdentity.failures > 0, WalletIdentity.paused_until.is_not(None)),
        )
        .values(failures=0, paused_until=None)
    )


def tell_all_again(session: Session, organization_id: int, now: datetime) -> None:
    """Let Google be told of all cards that it has: the account or the issuer is another one."""
    connection = session.connection()
    note_account_well(connection, organization_id)
    there = and_(
        CardWallet.organization_id == organization_id, CardWallet.google_created_at.is_not(None)
    )
    ordered = select(CardWallet.card_id).where(there).order_by(CardWallet.card_id)
    connection.execute(ordered.with_for_update(key_share=True)).all()
    connection.execute(
        update(CardWallet).where(there).values(google_next_attempt_at=now, google_attempts=0)
    )


def note_not_created(connection: Connection, tenant: Tenant, card_id: UUID, error: str) -> None:
    """Note why a card could not be added at Google, for staff to see."""
    connection.execute(
        update(CardWallet)
        .where(CardWallet.organization_id == tenant.id, CardWallet.card_id == card_id)
        .values(google_error=error[:300])
    )
