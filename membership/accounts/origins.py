"""Where the owner of an account was logged in from: known devices and known network addresses.

Tries at an account are limited for everybody together, so that many addresses cannot guess its
password; but then anybody could lock its owner out. An origin from which the owner logged in
lately is therefore limited by itself: a stranger's tries neither count against it nor delay it.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.store.models import KnownOrigin
from membership.store.upsert import insert_into

DEVICE_PREFIX = "md_"
REMEMBERED = timedelta(days=60)
"""How long after a login its origin is known."""

_DEVICE = re.compile(rf"{DEVICE_PREFIX}[A-Za-z0-9_-]{{43}}\Z")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from: a network address, and the token of a device if it showed one."""

    address: str
    device: str = ""

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """What can be known of it, the surer one first."""
        device = (("device", self.device),) if _DEVICE.match(self.device) else ()
        return (*device, ("address", self.address))


@dataclass(frozen=True, slots=True)
class Recognized:
    """Whom tries are counted for: the account, or one known origin of it.

    ``known`` is None, ``device`` or ``address``.
    """

    subject: str
    known: str | None


def recognize(session: Session, account: str, origin: Origin, now: datetime) -> Recognized:
    """Return whom to count a try at ``account`` for, which need not exist."""
    names = {_digest(account, *each): each[0] for each in origin.names}
    known = session.scalars(
        select(KnownOrigin.name).where(
            KnownOrigin.name.in_(names), KnownOrigin.seen_at > now - REMEMBERED
        )
    ).all()
    for name, kind in names.items():
        if name in known:
            return Recognized(f"{account}\n{name}", kind)
    return Recognized(account, None)


def remember(session: Session, account: str, origin: Origin, now: datetime) -> str:
    """Store that the owner of ``account`` logged in from here.

    Returns the token of the device: the one that it showed, or a new one.
    """
    device = origin.device
    if not _DEVICE.match(device):
        device = DEVICE_PREFIX + secrets.token_urlsafe(32)
    for each in sorted(_digest(account, *name) for name in Origin(origin.address, device).names):
        insert = insert_into(session.connection(), KnownOrigin).values(name=each, seen_at=now)
        session.execute(
            insert.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now})
        )
    return device


def _digest(account: str, kind: str, value: str) -> str:
    """Return the digest under which an origin of an account is stored: it names no person."""
    text = f"{account}\0{kind}\0{value}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
