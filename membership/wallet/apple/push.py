"""The job that pushes to devices whose cards changed: Apple Wallet then fetches the cards.

Due pushes are leased, sent outside transactions, and their results recorded. A push is for the
version that the card had when it was leased: several changes before that are one push. After a
crash the leases expire, which is late enough for a pushed device to fetch its card; a device that
did is not pushed again. Apple's request for a card does not name the device, so this is known only
if one device has the card: of several, some may be pushed twice after a crash. That does no harm:
the device gets the answer that nothing is new.
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
from membership.store.apart import is_of_database
from membership.store.background import Job, Work
from membership.store.errors import database_problem
from membership.store.models import Organization
from membership.wallet.apple.apns import Apns, Group, Push, Reply, Verdict
from membership.wallet.apple.push_queue import DuePush, lease_pushes, record_results
from membership.wallet.issuers.apple import apple_identity
from passes.apple.identity import Identity
from passes.errors import CertificateError

BATCH = 100
"""Pushes that are leased at once: all are sent concurrently, and a crash may repeat them."""

_TRIES = 3
_PUSHES = UUID("5b0f8f0e-6f9e-4a7b-9c37-0d0f5b7c2a41")
"""Namespace of the ids of pushes."""

_RANDOM = SystemRandom()
_NOT_PUSHED = "The certificate is a self-made one: no iPhone has the card, and none is pushed."
_FORMER = "The certificate is for another pass type than the card on the phone."


@dataclass(frozen=True, slots=True)
class Signer:
    """The identity that pushes for an organization, or why there is none."""

    identity: Identity | None
    why_not: str = ""


class ApplePusher:
    """Sends due pushes, a batch at a time. Connections belong to the thread that runs it."""

    def __init__(self, pushes: int = BATCH, jitter: Callable[[], float] = _RANDOM.random) -> None:
        """``jitter`` returns random numbers from 0 to 1."""
        self._pushes, self._jitter = pushes, jitter
        self._here = threading.local()
        self._logged: set[tuple[int, str]] = set()

    def run(self, work: Work) -> bool:
        """Send a batch of due pushes; False if none is due."""
        due = lease_pushes(work, self._pushes)
        if due:
            results = self._send(work, due)
            self._record(work, results)
        if work.stopping.is_set():
            self.close()
        return bool(due)

    def close(self) -> None:
        """Close the connections of this thread."""
        apns: Apns | None = getattr(self._here, "apns", None)
        if apns is not None:
            del self._here.apns
            apns.close()

    def _send(self, work: Work, due: Sequence[DuePush]) -> list[tuple[DuePush, Reply]]:
        """Send pushes of any number of organizations at once; returns the result of each."""
        results: list[tuple[DuePush, Reply]] = []
        sent: list[list[DuePush]] = []
        groups: list[Group] = []
        for organization_id, pushes in _by_organization(due).items():
            signer = _signer_apart(work, organization_id)
            here = []
            for each in pushes:
                why_not = _why_not(each, signer)
                if why_not is None:
                    here.append(each)
                else:
                    results.append((each, why_not))
            if here and signer.identity is not None:
                sent.append(here)
                groups.append(Group(signer.identity, [_push(each) for each in here]))
        if groups:
            for here, replies in zip(
                sent, self._apns(work).send(groups, work.clock()), strict=True
            ):
                results += zip(here, replies, strict=True)
        self._log(results)
        return results

    def _apns(self, work: Work) -> Apns:
        """The connections of this thread."""
        if not hasattr(self._here, "apns"):
            self._here.apns = Apns(work.settings.apns_url, work.settings.apns_ca_file)
        apns: Apns = self._here.apns
        return apns

    def _record(self, work: Work, results: Sequence[tuple[DuePush, Reply]]) -> None:
        """Store the results of pushes; retried if another transaction has locked the rows."""
        for left in reversed(range(_TRIES)):
            try:
                record_results(work, results, self._jitter)
            except DBAPIError as error:
                problem = database_problem(error)
                if problem is None or problem.status != 503 or not left:
                    raise
            else:
                return

    def _log(self, results: Sequence[tuple[DuePush, Reply]]) -> None:
        """Log why devices are not pushed: once for each organization, until a push is sent."""
        for push, reply in results:
            organization_id = push.organization_id
            message = organization_id, reply.detail
            if reply.verdict is Verdict.SENT:
                self._logged = {each for each in self._logged if each[0] != organization_id}
            elif reply.verdict in (Verdict.REFUSED, Verdict.NEVER) and message not in self._logged:
                self._logged.add(message)
                logger().warning(
                    "apple_push_refused", organization=organization_id, why=reply.detail
                )


def _by_organization(due: Sequence[DuePush]) -> dict[int, list[DuePush]]:
    groups: dict[int, list[DuePush]] = defaultdict(list)
    for each in due:
        groups[each.organization_id].append(each)
    return groups


def _why_not(push: DuePush, signer: Signer) -> Reply | None:
    """Why a push cannot be sent; None if it can."""
    if signer.identity is None:
        return Reply(Verdict.REFUSED, signer.why_not)
    if signer.identity.development:
        return Reply(Verdict.NEVER, _NOT_PUSHED)
    if push.pass_type_id != signer.identity.facts.pass_type_id:
        return Reply(Verdict.REFUSED, _FORMER)
    return None


def _signer_apart(work: Work, organization_id: int) -> Signer:
    """The identity of an organization; what is wrong with it keeps no other from pushing."""
    try:
        with work.database.readers.begin() as session:
            return _signer_of(session, work.vault, organization_id, work.clock())
    except Exception as error:
        if is_of_database(error):
            raise
        logger().exception("apple_identity_unreadable", organization=organization_id)
        why = f"Nothing can be pushed: the certificate cannot be read ({type(error).__name__})."
        return Signer(None, why)


def _signer_of(session: Session, vault: Vault, organization_id: int, now: datetime) -> Signer:
    """The identity with whose certificate an organization pushes at ``now``."""
    tenant = tenant_of(session.get_one(Organization, organization_id))
    try:
        identity = apple_identity(session, vault, tenant)
        identity.check_dates(now)
    except (CertificateError, VaultError) as error:
        return Signer(None, f"Nothing can be pushed: {error}"[:300])
    return Signer(identity)


def _push(push: DuePush) -> Push:
    """The request for a push; repeated for the same version and device, it has the same id."""
    name = f"{push.organization_id} {push.card_id} {push.device_id} {push.seq}"
    return Push(push.push_token, uuid5(_PUSHES, name))


APPLE_PUSH_JOB = Job("apple-push", ApplePusher().run, pause_seconds=1.0)
"""See ``membership.jobs``."""
