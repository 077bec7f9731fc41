"""What routes and commands do with identities: take them, forget them, tell how they stand."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api_client.messages.cards import AppleReady, GoogleReady, WalletsReady
from membership.base.vault import Vault
from membership.store.models import IdentityKind
from membership.wallet.google.state import resync_all
from membership.wallet.issuers.apple import apple_facts, apple_names, store_apple
from membership.wallet.issuers.google import (
    GoogleAccount,
    check_account,
    google_facts,
    store_google,
)
from membership.wallet.issuers.opening import check_opens_soon
from membership.wallet.issuers.schemas import NewAppleIdentity, NewGoogleIdentity
from membership.wallet.issuers.storage import delete_identity
from membership.wallet.issuers.warnings import apple_warnings, google_warnings
from membership.web.access import Tenant
from membership.web.errors import Invalid, NotFound
from passes.apple.identity import load_identity
from passes.errors import CertificateError


@dataclass(frozen=True, slots=True)
class Place:
    """Where identities are kept and used: an open transaction, and the address of the service."""

    session: Session
    vault: Vault
    tenant: Tenant
    public_url: str | None
    now: datetime


def take_apple(place: Place, new: NewAppleIdentity) -> WalletsReady:
    """Store a certificate. Raises Invalid for one that cannot sign; Conflict."""
    certificate = _decoded(new.certificate, "body.certificate")
    wwdr = None if new.wwdr is None else _decoded(new.wwdr, "body.wwdr")
    password = None
    if new.password is not None:
        password = new.password.get_secret_value().encode("utf-8", "replace")
    try:
        check_opens_soon(certificate, password)
        identity = load_identity(certificate, password=password, intermediate=wwdr)
        store_apple(
            place.session,
            place.vault,
            place.tenant,
            identity,
            now=place.now,
            replace_pass_type=new.replace_pass_type,
        )
    except CertificateError as error:
        head = error.path.partition(".")[0]
        field = head if head in ("password", "wwdr") else "certificate"
        raise Invalid("certificate_invalid", f"body.{field}", str(error)) from error
    return show(place)


def take_google(place: Place, new: NewGoogleIdentity) -> WalletsReady:
    """Store a service account. Raises Invalid for a key that cannot be read."""
    account = GoogleAccount(new.issuer_id, new.service_account.opened())
    check_account(account)
    store_google(place.session, place.vault, place.tenant, account, now=place.now)
    resync_all(place.session, place.tenant.id, place.now)
    return show(place)


def forget(place: Place, kind: IdentityKind) -> None:
    """Delete an identity. Raises NotFound."""
    if not delete_identity(place.session, place.tenant, kind):
        raise NotFound("wallet_not_configured", "There is nothing configured for this wallet.")


def show(place: Place) -> WalletsReady:
    """What both wallets need, and whether it is there."""
    session, tenant, public_url = place.session, place.tenant, place.public_url
    facts = apple_facts(session, tenant)
    pass_type_id, team_id = apple_names(session, tenant)
    google = google_facts(session, tenant)
    return WalletsReady(
        apple=AppleReady(
            development=facts is None,
            pass_type_id=pass_type_id,
            team_id=team_id,
            not_after=None if facts is None else facts.not_after,
            warning=" ".join(apple_warnings(facts, public_url, place.now)) or None,
        ),
        google=GoogleReady(
            configured=google is not None,
            issuer_id=google["issuer_id"] if google else None,
            account=google["account"] if google else None,
            warning=" ".join(google_warnings(configured=google is not None, public_url=public_url))
            or None,
        ),
        public_url=public_url,
    )


def _decoded(text: str, field: str) -> bytes:
    """Bytes in base64, with or without line breaks. Raises Invalid."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("not_base64", field, "This is not base64.") from error
