"""The job that synchronizes changed cards with Google Wallet: at least once, with retries.

Cards are leased before they are sent. After a crash the leases expire and the cards are sent
again, perhaps a second time, which does no harm. A card that Google does not have is not sent: it
is added when somebody opens the link that saves it (``membership.wallet.google.link``).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.store import lease
from membership.store.apart import is_of_database, work_apart
from membership.store.background import Job, Work
from membership.wallet.google import queue, state
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.content import CardContent, Issuer, load_content
from membership.wallet.google.errors import (
    GoogleError,
    GoogleRefusesAccount,
    GoogleRefusesContent,
    GoogleUnavailable,
)
from membership.wallet.google.identity import GoogleIdentity, google_identity
from membership.wallet.google.publish import publish_class, publish_object

NAME = "google"
BATCH_SECONDS = 5.0
"""How long one organization is served before the others are."""

Connect = Callable[[GoogleIdentity, ServiceSettings], GoogleApi]
"""Returns a client of Google Wallet for an identity."""


def connected(identity: GoogleIdentity, settings: ServiceSettings) -> GoogleApi:
    """A client of Google Wallet at the address of the settings."""
    return GoogleApi(identity, settings.google_wallet_url)


class GoogleSync:
    """Synchronizes cards with Google, one organization after the other."""

    def __init__(self, connect: Connect = connected) -> None:
        self._connect = connect
        self._served = 0

    def run(self, work: Work) -> bool:
        """Synchronize a batch of cards of one organization; False if none is due.

        Does nothing without a public address, from which Google fetches pictures.
        """
        if work.settings.public_url is None:
            return False
        now = work.clock()
        leased = lease.take(
            work.database,
            now,
            lambda session: queue.next_organization(session, self._served, now),
            lambda session, organization_id: queue.lease_cards(session, organization_id, now),
        )
        if leased is None:
            return False
        self._served = leased.tenant.id
        if leased.due:
            self._sync(work, leased, now)
        return bool(leased.due)  # other processes may have leased all of them

    def _sync(self, work: Work, leased: queue.LeasedCards, now: datetime) -> None:
        """Synchronize leased cards; of what fails unexpectedly, the leases expire by themselves."""
        item = leased.tenant.id
        try:
            _Batch(work, leased, self._connect, now).run()
        except Exception as error:
            if is_of_database(error):
                raise
            work.failing.failed(NAME, item, error, now)
        else:
            work.failing.succeeded(NAME, item)


class _Batch:
    """The synchronization of leased cards."""

    def __init__(
        self, work: Work, leased: queue.LeasedCards, connect: Connect, now: datetime
    ) -> None:
        self._work, self._leased, self._connect, self._now = work, leased, connect, now
        self._published_classes: set[UUID] = set()
        self._refused_classes: dict[UUID, str] = {}

    def run(self) -> None:
        """Send cards until all are sent, the time is over, or the account fails."""
        try:
            identity, cards = self._load()
        except VaultError as error:
            self._pause(GoogleRefusesAccount(str(error)), None)
            return
        # Without an identity, the account was removed just now.
        if identity is None or self._publish_all(identity, cards):
            self._release()

    def _load(self) -> tuple[GoogleIdentity | None, list[CardContent]]:
        """Load the content of the cards. Raises VaultError."""
        tenant, vault = self._leased.tenant, self._work.vault
        with self._work.database.readers.begin() as session:
            identity = google_identity(session, vault, tenant.id)
            if identity is None:
                return None, []
            public_url = self._work.settings.public_url or ""
            issuer = Issuer(tenant, vault, identity.issuer_id, public_url)

            def load(card_ids: Sequence[UUID]) -> list[CardContent]:
                return list(load_content(session, issuer, card_ids, self._now).values())

            loaded, failed = work_apart(session, list(self._leased.due), load)
        for card_id, error in failed:
            if isinstance(error, VaultError):
                raise error
            self._work.failing.failed(NAME, (tenant.id, card_id), error, self._now)
            # Not released with the others: put off until its lease expires.
            del self._leased.due[card_id]
        cards = [each for some in loaded for each in some]
        self._work.failing.all_succeeded(NAME, ((tenant.id, each.card_id) for each in cards))
        return identity, cards

    def _publish_all(self, identity: GoogleIdentity, cards: list[CardContent]) -> bool:
        """Send cards one after the other; False if the account failed and was paused."""
        unchanged = [each for each in cards if each.is_current and not self._is_checked(each)]
        if unchanged:
            with self._work.database.writing(SERVICE, self._work.clock) as (session, now):
                state.record_done(session.connection(), self._leased, unchanged, now)
        ends = time.monotonic() + BATCH_SECONDS
        skipped = {each.card_id for each in unchanged}
        with self._connect(identity, self._work.settings) as api:
            for card in cards:
                if self._work.stopping.is_set() or time.monotonic() >= ends:
                    break
                if card.card_id not in skipped and not self._publish(api, card):
                    return False
        return True

    def _publish(self, api: GoogleApi, card: CardContent) -> bool:
        """Send one card and record the result; False if the account failed."""
        refused = card.refused or self._refused_classes.get(card.design_id)
        if refused is not None:
            self._record_failed(card, refused)
            return True
        try:
            saved = self._send(api, card)
        except GoogleRefusesContent as error:
            self._record_failed(card, str(error))
        except GoogleError as error:
            self._pause(error, card)
            return False
        except Exception as error:
            if is_of_database(error):
                raise
            logger().exception("google_card_broken", card=str(card.card_id))
            self._record_failed(card, f"A fault of this service ({type(error).__name__}).")
        else:
            with self._work.database.writing(SERVICE, self._work.clock) as (session, now):
                connection = session.connection()
                done = [replace(card, saved=saved)]
                state.record_done(connection, self._leased, done, now)
                state.resume_account(connection, self._leased.tenant.id)
            logger().info("google_card_told", card=str(card.card_id))
        return True

    def _send(self, api: GoogleApi, card: CardContent) -> bool:
        """Send the class of a card, if it changed, and the card; returns whether it is saved.

        Raises GoogleError.
        """
        database, tenant, design_id = self._work.database, self._leased.tenant, card.design_id
        if design_id not in self._published_classes:
            try:
                publish_class(api, database, tenant, card, self._work.clock())
            except GoogleRefusesContent as error:
                self._refused_classes[design_id] = str(error)
                raise
            self._published_classes.add(design_id)
        content = card.of_card
        if content is not None and content.is_current and not self._is_checked(card):
            return card.saved
        return publish_object(api, database, tenant, card, self._work.clock())

    def _is_checked(self, card: CardContent) -> bool:
        """Whether Google is asked if it has the card, and if somebody saved it."""
        return not card.created or state.next_check(card, self._now) is not None

    def _record_failed(self, card: CardContent, error: str) -> None:
        """Reschedule one card."""
        with self._work.database.writing(SERVICE, self._work.clock) as (session, now):
            state.record_failed(session.connection(), self._leased, card, error, now)
        logger().warning("google_card_refused", card=str(card.card_id), error=error)

    def _pause(self, error: GoogleError, card: CardContent | None) -> None:
        """Pause the organization's account, after ``card`` failed, and end the lease."""
        with self._work.database.writing(SERVICE, self._work.clock) as (session, now):
            connection = session.connection()
            queue.lock(connection, self._leased)
            if card is not None:
                state.record_failed(connection, self._leased, card, str(error), now)
            retry_after = error.retry_after if isinstance(error, GoogleUnavailable) else None
            tenant = self._leased.tenant
            until = state.pause_account(connection, tenant.id, retry_after, now)
            queue.release(connection, self._leased)
        logger().error(
            "google_account_rests", organization=tenant.slug, until=until, error=str(error)
        )

    def _release(self) -> None:
        """End the lease of the cards that were not sent."""
        with self._work.database.writing(SERVICE, self._work.clock) as (session, _):
            queue.release(session.connection(), self._leased)


GOOGLE_JOB = Job(NAME, GoogleSync().run, pause_seconds=2.0)
"""See ``membership.jobs``."""
