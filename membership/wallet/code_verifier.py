"""Whether a code that proves more than it names is genuine, and a rotating one still good.

A plain card code is never asked here, so that most scans pay nothing for it.
"""

from dataclasses import dataclass
from datetime import datetime
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
_KNOWN = select(CardWallet.code_signature, CardWallet.rotating_key, CardWallet.rotating_step).where(
    _HERE
)
_TAKE = (
    update(CardWallet)
    .where(
        _HERE,
        or_(CardWallet.rotating_step.is_(None), CardWallet.rotating_step < bindparam("step")),
    )
    .values(rotating_step=bindparam("step"))
)


@dataclass(frozen=True, slots=True)
class Prover:
    """Judges codes of one organization's cards at ``now``. Raises VaultError."""

    connection: Connection
    vault: Vault
    organization_id: int
    now: datetime

    def refuse(self, card_id: UUID, proof: SignedCardCode | RotatingCode) -> UnknownCause | None:
        """Why a code does not prove that it is this card's; None if it does. Takes nothing.

        Of rotating codes, the one that was taken last is good here: a door may ask after the
        desk did, and more than once.
        """
        known = self._known(card_id)
        if known is None:
            return UnknownCause.FORGED
        if isinstance(proof, SignedCardCode):
            return _refuse_signed(known, proof)
        last = known.rotating_step
        return self._refuse_rotating(known, proof, None if last is None else last - 1)

    def take(self, card_id: UUID, proof: SignedCardCode | RotatingCode) -> UnknownCause | None:
        """Why a code is not taken; None if it was. A rotating one is taken once.

        Of two who take the same code at once, the second waits until the transaction of the
        first has ended, and is refused if it was committed.
        """
        known = self._known(card_id)
        if known is None:
            return UnknownCause.FORGED
        if isinstance(proof, SignedCardCode):
            return _refuse_signed(known, proof)
        cause = self._refuse_rotating(known, proof, known.rotating_step)
        if cause is not None:
            return cause
        taken = self.connection.execute(
            _TAKE,
            {
                "organization": self.organization_id,
                "card": card_id,
                "step": step_at(proof.seconds),
            },
        )
        return None if taken.rowcount else UnknownCause.REPLAYED

    def _known(self, card_id: UUID) -> AnyRow | None:
        """What is known of a card; None for one that wallets cannot hold."""
        asked = {"organization": self.organization_id, "card": card_id}
        return self.connection.execute(_KNOWN, asked).first()

    def _refuse_rotating(
        self, known: AnyRow, proof: RotatingCode, last_step: int | None
    ) -> UnknownCause | None:
        """Why a rotating code is not good now."""
        if known.rotating_key is None:
            return UnknownCause.FORGED
        try:
            verify_rotating(proof, self.vault.open(known.rotating_key), self.now, last_step)
        except StaleCodeError:
            return UnknownCause.STALE
        except ReplayedCodeError:
            return UnknownCause.REPLAYED
        except CodeError:
            return UnknownCause.FORGED
        return None


def _refuse_signed(known: AnyRow, proof: SignedCardCode) -> UnknownCause | None:
    """Why a signed code is forged, if it is.

    It is compared, in constant time, with the signature that was made when the card was issued.
    That takes no key, and Ed25519 signs the same code in the same way every time.
    """
    genuine = compare_digest(known.code_signature, proof.signature)
    return None if genuine else UnknownCause.FORGED
