"""The job that tells Google Wallet of changed cards: each at least once, again with pauses.

Cards are put aside for a while before they are told, so that no other process tells them as
well. Whoever is killed in between leaves them to be told after that while, perhaps a second
time, which does no harm. A card that Google never had is not sent: it is added when somebody
opens the link that saves it (``membership.wallet.google.link``).
"""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import VaultError
from membership.store.background import Job, Work
from membership.wallet.google import queue as claims
from membership.wallet.google import state as notes
from membership.wallet.google.api import GoogleApi
from membership.wallet.google.content import CardContent, Issuer, load_content
from membership.wallet.google.errors import (
    GoogleError,
    GoogleRefusesAccount,
    GoogleRefusesContent,
    GoogleUnavailable,
)
from membership.wallet.google.identity import GoogleIdentity, google_identity
from membership.wallet.google.publish import tell_class, tell_object

TURN_SECONDS = 5.0
"""How long one organization is served before the others have their turn."""

Connect = Callable[[GoogleIdentity, ServiceSettings], GoogleApi]


def connected(identity: GoogleIdentity, settings: ServiceSettings) -> GoogleApi:
    """Google Wallet at the address of the settings."""
    return GoogleApi(identity, settings.google_wallet_url)


class GoogleSync:
    """Tells Google of cards, one organization after the other."""

    def __init__(self, connect: Connect = connected) -> None:
        self._connect = connect
        self._served = 0

    def run(self, work: Work) -> bool:
        """Tell of some cards of one organization; tells whether there were any.

        Without an address under which Google fetches pictures, nothing can be told.
        """
        if work.settings.public_url is None:
            return False
        now = work.clock()
        with work.database.readers.begin() as session:
            # Looked at without the lock of writers: mostly there is nothing to do.
            organization_id = claims.next_organization(session, self._served, now)
        if organization_id is None:
            return False
        self._served = organization_id
        with work.database.writers.begin() as session:
            held = claims.claim(session, organization_id, now)
        if held.due:
            _Turn(work, held, self._connect, now).serve()
        return bool(held.due)  # others may be holding all of them


class _Turn:
    """The telling of the cards that were put aside."""

    def __init__(self, work: Work, held: claims.Claim, connect: Connect, now: datetime) -> None:
        self._work, self._held, self._connect, self._now = work, held, connect, now
        self._told_classes: set[UUID] = set()
        self._refused_classes: dict[UUID, str] = {}

    def serve(self) -> None:
        """Tell Google of cards until all are told, the time is over, or nothing works."""
        try:
            identity, cards = self._load()
        except VaultError as error:
            self._rest(GoogleRefusesAccount(str(error)), None)
            return
        # Without an identity, the account was taken away just now.
        if identity is None or self._tell_all(identity, cards):
            self._give_back()

    def _load(self) -> tuple[GoogleIdentity | None, list[CardContent]]:
        """Work out what is to be told. Raises VaultError."""
        tenant, vault = self._held.tenant, self._work.vault
        with self._work.database.readers.begin() as session:
            identity = google_identity(session, vault, tenant.id)
            if identity is None:
                return None, []
            public_url = self._work.settings.public_url or ""
            issuer = Issuer(tenant, vault, identity.issuer_id, public_url)
            content = load_content(session, issuer, list(self._held.due), self._now)
            return identity, list(content.values())

    def _tell_all(self, identity: GoogleIdentity, cards: list[CardContent]) -> bool:
        """Tell Google of cards one after the other; False if nothing works and all were put off."""
        at_rest = [each for each in cards if each.is_known and not self._is_asked_for(each)]
        if at_rest:
            with self._work.database.writers.begin() as session:
                notes.note_done(session.connection(), self._held, at_rest, self._work.clock())
        ends = time.monotonic() + TURN_SECONDS
        rest = {each.card_id for each in at_rest}
        with self._connect(identity, self._work.settings) as api:
            for card in cards:
                if self._work.stopping.is_set() or time.monotonic() >= ends:
                    break
                if card.card_id not in rest and not self._tell(api, card):
                    return False
        return True

    def _tell(self, api: GoogleApi, card: CardContent) -> bool:
        """Tell Google of one card; False if nothing more is to be tried now."""
        refused = card.refused or self._refused_classes.get(card.design_id)
        if refused is not None:
            self._failed(card, refused)
            return True
        try:
            saved = self._send(api, card)
        except GoogleRefusesContent as error:
            self._failed(card, str(error))
        except GoogleError as error:
            self._rest(error, card)
            return False
        else:
            with self._work.database.writers.begin() as session:
                connection = session.connection()
                done = [replace(card, saved=saved)]
                notes.note_done(connection, self._held, done, self._work.clock())
                notes.note_account_well(connection, self._held.tenant.id)
            logger().info("google_card_told", card=str(card.card_id))
        return True

    def _send(self, api: GoogleApi, card: CardContent) -> bool:
        """Send the class of a card where it changed, and the card; tells whether it was saved.

        Raises GoogleError.
        """
        database, tenant, design_id = self._work.database, self._held.tenant, card.design_id
        if design_id not in self._told_classes:
            try:
                tell_class(api, database, tenant, card)
            except GoogleRefusesContent as error:
                self._refused_classes[design_id] = str(error)
                raise
            self._told_classes.add(design_id)
        told = card.of_card
        if told is not None and told.is_known and not self._is_asked_for(card):
            return card.saved
        return tell_object(api, database, tenant, card)

    def _is_asked_for(self, card: CardContent) -> bool:
        """Whether Google is to be asked if it has a card, and if somebody saved it."""
        return not card.created or notes.next_check(card, self._now) is not None

    def _failed(self, card: CardContent, error: str) -> None:
        """Put one card off."""
        with self._work.database.writers.begin() as session:
            now = self._work.clock()
            notes.note_failed(session.connection(), self._held, card, error, now)
        logger().warning("google_card_refused", card=str(card.card_id), error=error)

    def _rest(self, error: GoogleError, card: CardContent | None) -> None:
        """Put all cards of the organization off, after the one that failed."""
        with self._work.database.writers.begin() as session:
            connection, now = session.connection(), self._work.clock()
            claims.lock(connection, self._held)
            if card is not None:
                notes.note_failed(connection, self._held, card, str(error), now)
            again = error.retry_after if isinstance(error, GoogleUnavailable) else None
            until = notes.note_account(connection, self._held.tenant.id, again, now)
            claims.release(connection, self._held)
        organization = self._held.tenant.slug
        logger().error(
            "google_account_rests", organization=organization, until=until, error=str(error)
        )

    def _give_back(self) -> None:
        """Leave the cards that were not told to whoever comes next."""
        with self._work.database.writers.begin() as session:
            claims.release(session.connection(), self._held)


GOOGLE_JOB = Job("google", GoogleSync().run, pause_seconds=2.0)
"""See ``membership.jobs``."""
