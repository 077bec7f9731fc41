"""The link "Add to Google Wallet" of a card: Google is told of the card first, if it has it not.

To be called with no transaction open, for Google is spoken to.
"""

from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, VaultError
from membership.store.database import Database
from membership.wallet.google import state as notes
from membership.wallet.google.content import CardContent, Issuer, load_content
from membership.wallet.google.errors import GoogleError, GoogleRefusesContent
from membership.wallet.google.identity import GoogleIdentity, google_identity
from membership.wallet.google.publish import tell_class, tell_object
from membership.wallet.google.sync import Connect, connected
from membership.web.access import Tenant
from membership.web.errors import Busy, Conflict, NotFound
from passes.errors import CertificateError, PassContentError
from passes.google.save_link import save_link


class NotConfigured(Conflict):
    """The organization has no account at Google Wallet, or the service no public address."""


class Refused(Conflict):
    """Google does not take this card; why is told to staff, at the card."""


class Place(Protocol):
    """Where the data is and what opens it: a job's ``Work``, or the state of the application."""

    @property
    def settings(self) -> ServiceSettings:
        """The settings of the service."""
        ...

    @property
    def database(self) -> Database:
        """The database."""
        ...

    @property
    def vault(self) -> Vault:
        """What opens secrets."""
        ...


def google_save_link(
    place: Place, tenant: Tenant, card_id: UUID, now: datetime, *, connect: Connect = connected
) -> str:
    """The link that saves a card; takes as long as Google takes if it has the card not yet.

    Raises NotConfigured; NotFound for a card that is in no wallet, or another organization's;
    Refused if Google does not take it; Busy if Google cannot be told of it now.
    """
    public_url = place.settings.public_url
    if public_url is None:
        raise NotConfigured("public_url_missing", "The service has no public address.")
    try:
        identity, issuer, card = _load(place, tenant, public_url, card_id, now)
        if not card.created:
            _create(place, identity, issuer, card, now=now, connect=connect)
        return _link(identity, public_url, card_id, now)
    except (VaultError, CertificateError, PassContentError) as error:
        logger().error("google_link_failed", card=str(card_id), error=str(error))
        raise _busy() from error


def _load(
    place: Place, tenant: Tenant, public_url: str, card_id: UUID, now: datetime
) -> tuple[GoogleIdentity, Issuer, CardContent]:
    """Work the card out. Raises NotConfigured, NotFound, VaultError."""
    with place.database.readers.begin() as session:
        identity = google_identity(session, place.vault, tenant.id)
        if identity is None:
            detail = "The organization has no account at Google Wallet."
            raise NotConfigured("google_not_configured", detail)
        issuer = Issuer(tenant, place.vault, identity.issuer_id, public_url)
        card = load_content(session, issuer, [card_id], now).get(card_id)
    if card is None:
        raise NotFound("card_not_found", "There is no such wallet card.")
    return identity, issuer, card


def _create(
    place: Place,
    identity: GoogleIdentity,
    issuer: Issuer,
    card: CardContent,
    *,
    now: datetime,
    connect: Connect,
) -> None:
    """Add a card at Google. Two who do so at once do no harm. Raises Refused, Busy."""
    error, refused = card.refused, card.refused is not None
    if error is None:
        try:
            with connect(identity, place.settings) as api:
                tell_class(api, place.database, issuer.tenant, card)
                tell_object(api, place.database, issuer.tenant, card)
        except GoogleError as failure:
            error, refused = str(failure), isinstance(failure, GoogleRefusesContent)
    with place.database.writers.begin() as session:
        connection = session.connection()
        if error is None:
            notes.note_created(connection, issuer.tenant, card, now)
        else:
            notes.note_not_created(connection, issuer.tenant, card.card_id, error)
    if error is not None:
        logger().error("google_card_not_added", card=str(card.card_id), error=error)
        if refused:
            raise Refused("google_refused", "Google Wallet does not take this card.")
        raise _busy()


def _link(identity: GoogleIdentity, public_url: str, card_id: UUID, now: datetime) -> str:
    """Sign the link. Raises CertificateError, PassContentError."""
    site = urlsplit(public_url)
    return save_link(
        f"{identity.issuer_id}.{card_id}",
        account=identity.account.email,
        key=identity.key,
        issued_at=now,
        origins=(f"{site.scheme}://{site.netloc}",),
        key_id=identity.key_id,
    )


def _busy() -> Busy:
    """What a visitor is told: why is told to staff, at the card and in the log."""
    return Busy("google_unavailable", "Google Wallet cannot take the card now; try again later.")
