"""Verifies signed and rotating codes: genuine, and for rotating ones current and unused.

Plain card codes prove nothing and are not verified, so that most scans skip this.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from api_client.messages.scan import UnknownCause
from membership.base.vault import Vault
from membership.store.database import AnyRow
from membership.store.models import CardWallet
from passes.codes.barcode import RotatingCode, SignedCardCode
from passes.codes.rotating import step_at, verify_rotating
from passes.errors import CodeError, ReplayedCodeError, StaleCodeError

_HERE = and_(
    CardWallet.organization_id == bindparam("organization"),
    CardWallet.card_id == bindparam("card"),
)
_KEYS = select(
    CardWallet.code_signature,
    CardWallet.rotating_key,
    CardWallet.rotating_step,
    CardWallet.alias_since,
).where(_HERE)
_REDEEM = (
    update(CardWallet)
    .where(
        _HERE,
        or_(CardWallet.rotating_step.is_(None), CardWallet.rotating_step < bindparam("step")),
    )
    .values(rotating_step=bindparam("step"))
)


@dataclass(frozen=True, slots=True)
class CodeVerifier:
    """Verifies codes of one organization's cards at ``now``. Raises VaultError.

    ``old_codes`` is for how long codes of the old form are taken after their card got its alias.
    """

    connection: Connection
    vault: Vault
    organization_id: int
    now: datetime
    old_codes: timedelta

    def check(self, card_id: UUID, proof: SignedCardCode | RotatingCode) -> UnknownCause | None:
        """Verify a code without redeeming it; returns why it is refused, or None if it is valid.

        The rotating code that was redeemed last is valid here: a door may check it after the
        desk scanned it, and more than once.
        """
        keys = self._keys(card_id)
        if keys is None:
            return UnknownCause.FORGED
        if isinstance(proof, SignedCardCode):
            return _refuse_signed(keys, proof)
        last = keys.rotating_step
        return self._refuse_rotating(keys, proof, None if last is None else last - 1)

    def redeem(self, card_id: UUID, proof: SignedCardCode | RotatingCode) -> UnknownCause | None:
        """Verify a code; returns why it is refused, or None. A rotating one is valid once.

        Of two transactions with the same code, the second waits for the first to end, and is
        refused if that one was committed.
        """
        keys = self._keys(card_id)
        if keys is None:
            return UnknownCause.FORGED
        if isinstance(proof, SignedCardCode):
            return _refuse_signed(keys, proof)
        cause = self._refuse_rotating(keys, proof, keys.rotating_step)
        if cause is not None:
            return cause
        redeemed = self.connection.execute(
            _REDEEM,
            {
                "organization": self.organization_id,
                "card": card_id,
                "step": step_at(proof.seconds),
            },
        )
        return None if redeemed.rowcount else UnknownCause.REPLAYED

    def _keys(self, card_id: UUID) -> AnyRow | None:
        """The keys of a card; None for one without a wallet."""
        key = {"organization": self.organization_id, "card": card_id}
        return self.connection.execute(_KEYS, key).first()

    def _refuse_rotating(
        self, keys: AnyRow, proof: RotatingCode, last_step: int | None
    ) -> UnknownCause | None:
        """Why a rotating code is refused now; None if it is valid."""
        if keys.rotating_key is None or (proof.is_old and keys.alias_since is None):
            return UnknownCause.FORGED
        if proof.is_old and self.now >= keys.alias_since + self.old_codes:
            return UnknownCause.STALE
        try:
            verify_rotating(proof, self.vault.open(keys.rotating_key), self.now, last_step)
        except StaleCodeError:
            return UnknownCause.STALE
        except ReplayedCodeError:
            return UnknownCause.REPLAYED
        except CodeError:
            return UnknownCause.FORGED
        return None


def _refuse_signed(keys: AnyRow, proof: SignedCardCode) -> UnknownCause | None:
    """Why a signed code is refused; None if it is genuine.

    Its signature is compared, in constant time, with the one that was made when the card was
    issued: no key is needed, because Ed25519 signatures are deterministic (RFC 8032, 5.1.6).
    """
    genuine = compare_digest(keys.code_signature, proof.signature)
    return None if genuine else UnknownCause.FORGED
