"""The second factor of staff: one-time passwords by time (TOTP, RFC 6238), and recovery codes.

The secret is stored sealed. The step that was used last is stored with it, so that no code is good
twice; recovery codes are stored as SHA-256 (80 random bits each) and are good once.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import StaffAccount, StaffFactor
from membership.web.access import digest

if TYPE_CHECKING:
    import pyotp

RECOVERY_CODES = 10
_STEP_SECONDS = 30
_DRIFT_STEPS = 1
"""Steps that a clock may be off by: codes of half a minute before and after are taken too."""
_RECOVERY_BYTES = 10


@dataclass(frozen=True)
class NewFactor:
    """A secret to enter in an authenticator, as text (base32) and as the URI of a QR code."""

    secret: str
    uri: str


def _totp(secret: str) -> "pyotp.TOTP":
    """Return the generator of a secret's codes."""
    import pyotp  # noqa: PLC0415 - needed by few requests

    return pyotp.TOTP(secret)


def factor_of(
    session: Session, organization_id: int, staff_id: object, *, lock: bool = False
) -> StaffFactor | None:
    """Return the factor of an account, confirmed or not."""
    key = (organization_id, staff_id)
    return session.get(StaffFactor, key, with_for_update=lock or None, populate_existing=lock)


def begin(
    session: Session, vault: Vault, account: StaffAccount, organization: str, now: datetime
) -> NewFactor:
    """Store a new secret that is not confirmed yet; replaces an unconfirmed one."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    session.execute(
        delete(StaffFactor).where(
            StaffFactor.organization_id == account.organization_id,
            StaffFactor.staff_id == account.id,
        )
    )
    session.add(
        StaffFactor(
            organization_id=account.organization_id,
            staff_id=account.id,
            sealed=vault.seal(secret.encode()),
            recovery_digests=[],
            last_step=0,
            created_at=now,
            confirmed_at=None,
        )
    )
    session.flush()
    uri = _totp(secret).provisioning_uri(name=account.email, issuer_name=organization)
    return NewFactor(secret, uri)


def confirm(vault: Vault, factor: StaffFactor, code: str, now: datetime) -> tuple[str, ...] | None:
    """Confirm a factor by its first code; returns new recovery codes, or None for a wrong code."""
    if not _use_step(vault, factor, _bare(code), now):
        return None
    factor.confirmed_at = now
    codes = tuple(_new_recovery_code() for _ in range(RECOVERY_CODES))
    factor.recovery_digests = [digest(_bare(each)) for each in codes]
    return codes


def use(vault: Vault, factor: StaffFactor, code: str, now: datetime) -> bool:
    """Whether a code is good: one of the authenticator, or a recovery code. It is used up.

    Recovery codes need no secret key, so they are good after one was lost. Raises VaultError for
    other codes then.
    """
    bare = _bare(code)
    shown = digest(bare)
    left = [each for each in factor.recovery_digests if not hmac.compare_digest(each, shown)]
    if len(left) == len(factor.recovery_digests):
        return _use_step(vault, factor, bare, now)
    factor.recovery_digests = left
    return True


def remove(session: Session, account: StaffAccount) -> bool:
    """Remove an account's factor; returns whether there was a confirmed one."""
    mine = (
        StaffFactor.organization_id == account.organization_id,
        StaffFactor.staff_id == account.id,
    )
    was = session.scalar(select(StaffFactor.confirmed_at).where(*mine)) is not None
    session.execute(delete(StaffFactor).where(*mine))
    return was


def _use_step(vault: Vault, factor: StaffFactor, code: str, now: datetime) -> bool:
    """Whether a code is that of a step near ``now`` and after the last one that was used."""
    totp = _totp(vault.open(factor.sealed).decode())
    current = int(now.timestamp()) // _STEP_SECONDS
    good = 0
    for step in range(current - _DRIFT_STEPS, current + _DRIFT_STEPS + 1):
        expected = totp.generate_otp(step)
        if hmac.compare_digest(expected.encode(), code.encode("utf-8", "replace")):
            good = step
    if good <= factor.last_step:
        return False
    factor.last_step = good
    return True


def _new_recovery_code() -> str:
    """Return 16 letters and digits in four groups."""
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _bare(code: str) -> str:
    """Return a code as it is compared: without blanks and dashes, in small letters."""
    return "".join(code.split()).replace("-", "").lower()
