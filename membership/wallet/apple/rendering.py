"""Renders a card as a ``.pkpass`` file: face, pictures, token and signature."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from membership.base.settings import ServiceSettings
from membership.base.vault import Vault
from membership.store.database import AnyRow
from membership.store.models import Card, CardDesign, CardWallet
from membership.store.wallet_joins import CARD_OF_WALLET, DESIGN_OF_WALLET
from membership.wallet.designs.images import load_images
from membership.wallet.issuers.apple import load_signer
from membership.wallet.issuers.warnings import is_https
from membership.wallet.updates.faces import LoadedFace, load_faces
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from passes.apple.bundle import PASS_SUFFIX
from passes.apple.pkpass import AppleIssue, build_pkpass
from passes.apple.signing import AppleSigner
from passes.errors import CertificateError

_BEFORE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Pkpass:
    """A signed pass. ``changed_at`` (whole seconds) is when its content last changed."""

    data: bytes
    file_name: str
    changed_at: datetime
    update_seq: int


def render_pkpass(
    session: Session,
    vault: Vault,
    settings: ServiceSettings,
    tenant: Tenant,
    card_id: UUID,
    *,
    now: datetime,
) -> Pkpass:
    """Render a card as it is at ``now``, revoked ones too.

    Raises NotFound for a card without a wallet, or of another organization; Conflict if the
    certificate is not valid; VaultError.
    """
    row = session.connection().execute(_WALLET, {"tenant": tenant.id, "card": card_id}).first()
    loaded = load_faces(session, tenant, (card_id,), now).get(card_id)
    if row is None or loaded is None:
        raise NotFound("card_not_found", "There is no such wallet card.")
    signer = load_signer(session, vault, tenant, now)
    return Pkpass(
        data=_signed(session, tenant, loaded, signer, _issue(vault, settings, tenant, row, signer)),
        file_name=f"{tenant.slug}-{row.key}{PASS_SUFFIX}",
        # A card that was never recomputed has no change yet: an instant before any later one.
        changed_at=row.changed_at or row.issued_at.replace(microsecond=0) - _BEFORE,
        update_seq=row.update_seq,
    )


def web_service_url(settings: ServiceSettings, tenant: Tenant) -> str | None:
    """The URL from which phones fetch updates; None without a public HTTPS address.

    Apple ("Adding a Web Service to Update Passes") requires HTTPS, and every request carries the
    card's token. A card without the URL is never updated.
    """
    public_url = settings.public_url
    if public_url is None or not is_https(public_url):
        return None
    return f"{public_url.rstrip('/')}/apple/{tenant.slug}"


_WALLET = (
    select(
        CardWallet.apple_token,
        CardWallet.changed_at,
        CardWallet.update_seq,
        Card.issued_at,
        CardDesign.key,
    )
    .join(
        Card,
        CARD_OF_WALLET,
    )
    .join(
        CardDesign,
        DESIGN_OF_WALLET,
    )
    .where(
        CardWallet.organization_id == bindparam("tenant"),
        CardWallet.card_id == bindparam("card"),
    )
)


def _issue(
    vault: Vault, settings: ServiceSettings, tenant: Tenant, row: AnyRow, signer: AppleSigner
) -> AppleIssue:
    """The issuer of a card: pass type and team are those of the certificate that signs it."""
    address = web_service_url(settings, tenant)
    return AppleIssue(
        pass_type_id=signer.facts.pass_type_id,
        team_id=signer.facts.team_id,
        web_service_url=address,
        auth_token=None if address is None else vault.open(row.apple_token).decode("ascii"),
        organization_name=tenant.name,
    )


def _signed(
    session: Session, tenant: Tenant, loaded: LoadedFace, signer: AppleSigner, issue: AppleIssue
) -> bytes:
    """The signed pass of a face. Raises Conflict if the certificate is not valid."""
    face = loaded.face
    try:
        return build_pkpass(face, load_images(session, tenant, face.design), issue, signer)
    except CertificateError as error:
        detail = f"Cards for Apple Wallet cannot be signed now: {error}."
        raise Conflict("certificate_not_good", detail) from error
