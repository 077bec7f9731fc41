"""The link "Add to Google Wallet" of a card, which adds the card at Google first if needed.

To be called without an open transaction: requests to Google may take seconds.
"""

from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit
from uuid import UUID

from membership.base.actors import SERVICE
from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, VaultError
from membership.store.database import Database
from membership.wallet.google import state
from membership.wallet.google.content import CardContent, Issuer, load_content
from membership.wallet.google.errors import GoogleError, GoogleRefusesContent
from membership.wallet.google.identity import GoogleIdentity, google_identity
from membership.wallet.google.publish import publish_class, publish_object
from membership.wallet.google.sync import Connect, connected
from membership.web.access import Tenant
from membership.web.errors import Busy, Conflict, NotFound
from passes.errors import CertificateError, PassContentError
from passes.google.save_link import save_link


class NotConfigured(Conflict):
    """The organization has no account at Google Wallet, or the service no public address."""


class Refused(Conflict):
    """Google refuses this card; staff see why at the card."""


class Place(Protocol):
    """What this needs of a job's ``Work`` or of the application's state."""

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
        """The vault of secrets."""
        ...


def google_save_link(
    place: Place,
    tenant: Tenant,
    card_id: UUID,
    now: datetime,
    *,
    add: bool = True,
    connect: Connect = connected,
) -> str:
    """The link that saves a card; the card is added at Google first if it is not there.

    Without ``add`` nothing is sent to Google: the link saves the card once it has been added.
    Raises NotConfigured; NotFound for a card without a wallet, or of another organization;
    Refused if Google refuses the card; Busy if Google cannot be reached.
    """
    public_url = place.settings.public_url
    if public_url is None:
        raise NotConfigured("public_url_missing", "The service has no public address.")
    try:
        identity, issuer, card = _load(place, tenant, public_url, card_id, now)
        if add and not card.created:
            _create(place, identity, issuer, card, now=now, connect=connect)
        return _link(identity, public_url, card, now)
    except (VaultError, CertificateError, PassContentError) as error:
        logger().error("google_link_failed", card=str(card_id), error=str(error))
        raise _busy() from error


def _load(
    place: Place, tenant: Tenant, public_url: str, card_id: UUID, now: datetime
) -> tuple[GoogleIdentity, Issuer, CardContent]:
    """Load the content of the card. Raises NotConfigured, NotFound, VaultError."""
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
    """Add a card at Google; twice at once does no harm. Raises Refused, Busy."""
    error, refused = card.refused, card.refused is not None
    if error is None:
        try:
            with connect(identity, place.settings) as api:
                publish_class(api, place.database, issuer.tenant, card, now)
                publish_object(api, place.database, issuer.tenant, card, now)
        except GoogleError as failure:
            error, refused = str(failure), isinstance(failure, GoogleRefusesContent)
    with place.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        if error is None:
            state.record_created(connection, issuer.tenant, card, now)
        else:
            state.record_not_created(connection, issuer.tenant, card.card_id, error)
    if error is not None:
        logger().error("google_card_not_added", card=str(card.card_id), error=error)
        if refused:
            raise Refused("google_refused", "Google Wallet does not take this card.")
        raise _busy()


def _link(identity: GoogleIdentity, public_url: str, card: CardContent, now: datetime) -> str:
    """Sign the link. Raises CertificateError, PassContentError."""
    site = urlsplit(public_url)
    return save_link(
        f"{identity.issuer_id}.{card.card_id}",
        class_id=f"{identity.issuer_id}.{card.design_id}",
        account=identity.account.email,
        key=identity.key,
        issued_at=now,
        origins=(f"{site.scheme}://{site.netloc}",),
        key_id=identity.key_id,
    )


def _busy() -> Busy:
    """The error for visitors; staff see why at the card and in the log."""
    return Busy("google_unavailable", "Google Wallet cannot take the card now; try again later.")
