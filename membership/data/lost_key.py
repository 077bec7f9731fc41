"""What a club loses with its secret key, and how the service goes on with another one.

Nothing that cannot be decrypted is deleted, but for the keys of cards and links, which are made
anew: without them no card can be issued again.
"""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from membership.base.vault import Vault
from membership.events.audit.recorder import record
from membership.store.database import AnyRow
from membership.store.models import (
    CardWallet,
    IdentityKind,
    Organization,
    OutgoingMail,
    StaffFactor,
    StripeAccount,
    WalletIdentity,
    WalletState,
    WebhookEndpoint,
)
from membership.store.secret_key import opens, store_check_value
from membership.wallet.holders import new_apple_token, new_rotating_key
from membership.wallet.state import new_code_key, new_link_key

UNREADABLE_MAIL = "Not sent: encrypted with a secret key that is lost."

_ROWS_AT_ONCE = 500
_UNSENT = and_(OutgoingMail.next_attempt_at.is_not(None), OutgoingMail.sent_at.is_(None))


def losses(connection: Connection, vault: Vault | None) -> list[str]:
    """Return what does not work without the former key, a sentence each; empty if all does.

    Counted is what ``vault`` cannot open; without one everything that is encrypted.
    """

    def lost(column: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> int:
        query = select(column).where(column.is_not(None), *where)
        rows = connection.scalars(query.execution_options(yield_per=_ROWS_AT_ONCE))
        return sum(1 for each in rows if vault is None or not opens(vault, bytes(each)))

    kind = WalletIdentity.kind
    counted = {
        "Cards in wallets: {} stay on the phones and are good at the desk, but in Apple Wallet "
        "they are never updated until they are added anew, and changing codes in Google Wallet "
        "are refused until Google has their new keys.": lost(CardWallet.apple_token),
        "Links to cards and login codes of {} organizations that were sent so far open nothing: "
        "send new ones.": lost(WalletState.link_key),
        "Signed codes of {} organizations stay good at the desk, but the key of GET "
        "/v1/desk/code-key is another one: programs that check codes without network must fetch "
        "it, and accept only cards that are issued from then on.": lost(WalletState.code_key),
        "Apple certificates to be imported again: {} ('wallets apple').": lost(
            WalletIdentity.sealed, kind == IdentityKind.APPLE
        ),
        "Google service accounts to be imported again: {} ('wallets google').": lost(
            WalletIdentity.sealed, kind == IdentityKind.GOOGLE
        ),
        "Stripe accounts whose keys are to be stored again: {}.": lost(StripeAccount.sealed),
        "Webhooks that need a new secret: {}; their events wait until then.": lost(
            WebhookEndpoint.secret
        ),
        "Second factors of staff to be set up again: {} ('staff reset-second-factor').": lost(
            StaffFactor.sealed
        ),
        "Mails that cannot be sent: {}; they are kept as they are.": lost(
            OutgoingMail.body, _UNSENT
        ),
    }
    return [sentence.format(count) for sentence, count in counted.items() if count]


def renew_keys(session: Session, vault: Vault, now: datetime) -> None:
    """Make ``vault``'s key that of the database, and the unreadable keys of cards anew.

    Those are the keys of install links and signed codes of each organization, and the token and
    the secret of each card in a wallet. Mails that cannot be read are no longer tried. To be
    called in a writing transaction.
    """
    connection = session.connection()
    store_check_value(connection, vault, now, replace=True)
    set_aside = _set_mails_aside(connection, vault)
    for organization_id in connection.scalars(select(Organization.id)).all():
        after = {"mails": set_aside[organization_id], "at": now.isoformat()}
        action = "organization.secret_key_replaced"
        record(session, organization_id, action, organization_id, after=after)
    for row in connection.execute(select(WalletState.organization_id)).all():
        cards = _renew_cards(connection, vault, row.organization_id, now)
        if _renew_state(connection, vault, row.organization_id) or cards:
            after = {"cards": cards, "at": now.isoformat()}
            action = "organization.wallet_keys_renewed"
            record(session, row.organization_id, action, row.organization_id, after=after)


def _renew_state(connection: Connection, vault: Vault, organization_id: int) -> bool:
    """Make an organization's unreadable keys anew; returns whether there were any."""
    here = WalletState.organization_id == organization_id
    row = connection.execute(select(WalletState.link_key, WalletState.code_key).where(here)).one()
    made: dict[str, bytes] = {}
    if not opens(vault, bytes(row.link_key)):
        made["link_key"] = vault.seal(new_link_key())
    if not opens(vault, bytes(row.code_key)):
        made["code_key"] = vault.seal(new_code_key())
    if made:
        connection.execute(update(WalletState).where(here).values(made))
    return bool(made)


def _renew_cards(connection: Connection, vault: Vault, organization_id: int, now: datetime) -> int:
    """Make the unreadable tokens and secrets of cards anew; returns of how many cards."""
    count, after = 0, None
    while True:
        query = select(CardWallet).where(CardWallet.organization_id == organization_id)
        if after is not None:
            query = query.where(CardWallet.card_id > after)
        rows = connection.execute(query.order_by(CardWallet.card_id).limit(_ROWS_AT_ONCE)).all()
        for row in rows:
            made = _new_secrets(vault, row, now)
            if made:
                there = tuple_(CardWallet.organization_id, CardWallet.card_id)
                key = (organization_id, row.card_id)
                connection.execute(update(CardWallet).where(there == key).values(made))
                count += 1
        if len(rows) < _ROWS_AT_ONCE:
            return count
        after = rows[-1].card_id


def _new_secrets(vault: Vault, row: AnyRow, now: datetime) -> dict[str, object]:
    """Return new values for the secrets of a card that cannot be read; Google is sent its own."""
    made: dict[str, object] = {}
    if not opens(vault, bytes(row.apple_token)):
        made["apple_token"] = vault.seal(new_apple_token())
    if row.rotating_key is not None and not opens(vault, bytes(row.rotating_key)):
        made["rotating_key"] = vault.seal(new_rotating_key())
        if row.google_created_at is not None:
            made |= {"google_digest": None, "google_next_attempt_at": now, "google_attempts": 0}
    return made


def _set_mails_aside(connection: Connection, vault: Vault) -> Counter[int]:
    """Try mails no longer that cannot be read; their text stays as it is.

    Returns how many there are of each organization.
    """
    set_aside: Counter[int] = Counter()
    keys = (OutgoingMail.organization_id, OutgoingMail.id)
    rows = connection.execute(
        select(*keys, OutgoingMail.body).where(_UNSENT, OutgoingMail.body.is_not(None))
    ).all()
    for organization_id, mail_id, body in rows:
        if body is not None and not opens(vault, bytes(body)):
            connection.execute(
                update(OutgoingMail)
                .where(OutgoingMail.organization_id == organization_id, OutgoingMail.id == mail_id)
                .values(next_attempt_at=None, last_error=UNREADABLE_MAIL)
            )
            set_aside[organization_id] += 1
    return set_aside
