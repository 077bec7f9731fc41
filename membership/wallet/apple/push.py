"""The job that pushes to devices whose cards changed: Apple Wallet then asks for what is new.

What is due is put aside for a while in a short transaction, sent outside of any, and what came
of it stored in another. Each push is for the version that the card had when it was put aside:
several changes before that are one push. Whoever is killed in between leaves pushes to be sent
after that while, which is long enough for a device that was pushed to ask; if it did, it is not
pushed again. Apple's request for a card does not name the device, so that this is known only
where one device has the card: of several, some may be pushed twice after a kill. Such a push
does no harm, for the device is answered that there is nothing new.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import SystemRandom
from uuid import UUID, uuid5

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from membership.accounts.organizations import tenant_of
from membership.base.logs import logger
from membership.base.vault import Vault, VaultError
from membership.store.background import Job, Work
from membership.store.errors import database_fault
from membership.store.models import Organization
from membership.wallet.apple.apns import Apns, Group, Push, Reply, Verdict
from membership.wallet.apple.push_queue import Due, put_aside, settle
from membership.wallet.issuers.apple import apple_identity
from passes.apple.identity import Identity
from passes.errors import CertificateError

TURN_PUSHES = 100
"""Pushes of one turn: all are under way at once, and those that a kill may repeat."""

_TRIES = 3
_PUSHES = UUID("5b0f8f0e-6f9e-4a7b-9c37-0d0f5b7c2a41")
"""Namespace of the ids of pushes."""

_RANDOM = SystemRandom()
_NOT_PUSHED = "The certificate is a self-made one: no iPhone has the card, and none is pushed."
_FORMER = "The certificate is for another pass type than the card on the phone."


@dataclass(frozen=True, slots=True)
class Signed:
    """Who pushes for an organization, or why nobody can."""

    identity: Identity | None
    why_not: str = ""


class ApplePusher:
    """Pushes what is due, a turn at a time. Connections belong to the thread that runs it."""

    def __init__(
        self, pushes: int = TURN_PUSHES, jitter: Callable[[], float] = _RANDOM.random
    ) -> None:
        """``jitter`` gives numbers from 0 to 1."""
        self._pushes, self._jitter = pushes, jitter
        self._here = threading.local()
        self._told: set[tuple[int, str]] = set()

    def run(self, work: Work) -> bool:
        """Send what is due, if anything is; tells whether there may be more."""
        due = put_aside(work, self._pushes)
        if due:
            results = self._send(work, due)
            self._settle(work, results)
        if work.stopping.is_set():
            self.close()
        return bool(due)

    def close(self) -> None:
        """Close the connections of this thread."""
        apns: Apns | None = getattr(self._here, "apns", None)
        if apns is not None:
            del self._here.apns
            apns.close()

    def _send(self, work: Work, due: Sequence[Due]) -> list[tuple[Due, Reply]]:
        """Send pushes of any number of organizations at once; what came of each."""
        results: list[tuple[Due, Reply]] = []
        sent: list[list[Due]] = []
        groups: list[Group] = []
        for organization_id, pushes in _by_organization(due).items():
            with work.database.readers.begin() as session:
                signed = _signed_by(session, work.vault, organization_id, work.clock())
            here = []
            for each in pushes:
                why_not = _why_not(each, signed)
                if why_not is None:
                    here.append(each)
                else:
                    results.append((each, why_not))
            if here and signed.identity is not None:
                sent.append(here)
                groups.append(Group(signed.identity, [_push(each) for each in here]))
        if groups:
            for here, replies in zip(
                sent, self._apns(work).send(groups, work.clock()), strict=True
            ):
                results += zip(here, replies, strict=True)
        self._tell(results)
        return results

    def _apns(self, work: Work) -> Apns:
        """The connections of this thread."""
        if not hasattr(self._here, "apns"):
            self._here.apns = Apns(work.settings.apns_url, work.settings.apns_ca_file)
        apns: Apns = self._here.apns
        return apns

    def _settle(self, work: Work, results: Sequence[tuple[Due, Reply]]) -> None:
        """Store what came of pushes; tried again if somebody else holds one of the rows."""
        for left in reversed(range(_TRIES)):
            try:
                settle(work, results, self._jitter)
            except DBAPIError as error:
                fault = database_fault(error)
                if fault is None or fault.status != 503 or not left:
                    raise
            else:
                return

    def _tell(self, results: Sequence[tuple[Due, Reply]]) -> None:
        """Log why devices are not pushed: for each organization once, until one is."""
        for due, reply in results:
            told = due.organization_id, reply.detail
            if reply.verdict is Verdict.SENT:
                self._told = {each for each in self._told if each[0] != due.organization_id}
            elif reply.verdict in (Verdict.REFUSED, Verdict.NEVER) and told not in self._told:
                self._told.add(told)
                logger().warning(
                    "apple_push_refused", organization=due.organization_id, why=reply.detail
                )


def _by_organization(due: Sequence[Due]) -> dict[int, list[Due]]:
    groups: dict[int, list[Due]] = defaultdict(list)
    for each in due:
        groups[each.organization_id].append(each)
    return groups


def _why_not(due: Due, signed: Signed) -> Reply | None:
    """Why a push cannot be sent; None if it can."""
    if signed.identity is None:
        return Reply(Verdict.REFUSED, signed.why_not)
    if signed.identity.development:
        return Reply(Verdict.NEVER, _NOT_PUSHED)
    if due.pass_type_id != signed.identity.facts.pass_type_id:
        return Reply(Verdict.REFUSED, _FORMER)
    return None


def _signed_by(session: Session, vault: Vault, organization_id: int, now: datetime) -> Signed:
    """Whose certificate pushes for an organization at ``now``."""
    tenant = tenant_of(session.get_one(Organization, organization_id))
    try:
        identity = apple_identity(session, vault, tenant)
        identity.check_dates(now)
    except (CertificateError, VaultError) as error:
        return Signed(None, f"Nothing can be pushed: {error}"[:300])
    return Signed(identity)


def _push(due: Due) -> Push:
    """A push; the id of the same version to the same device is the same."""
    name = f"{due.organization_id} {due.card_id} {due.device_id} {due.seq}"
    return Push(due.push_token, uuid5(_PUSHES, name))


APPLE_PUSH_JOB = Job("apple-push", ApplePusher().run, pause_seconds=1.0)
"""See ``membership.jobs``."""
