"""Issuers for routes and commands: stored, removed, and shown with their warnings."""

import base64
import binascii
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api_client.messages.cards import AppleReady, GoogleReady, WalletsReady
from membership.base.vault import Vault
from membership.store.models import IdentityKind, WalletIdentity
from membership.wallet.google.state import resync_all
from membership.wallet.issuers.apple import apple_facts, apple_names, store_apple
from membership.wallet.issuers.google import (
    GoogleAccount,
    check_account,
    google_facts,
    store_google,
)
from membership.wallet.issuers.opening import check_decryption_time
from membership.wallet.issuers.schemas import NewAppleIdentity, NewGoogleIdentity
from membership.wallet.issuers.storage import delete_identity
from membership.wallet.issuers.warnings import apple_warnings, google_warnings
from membership.web.access import Tenant
from membership.web.errors import Invalid, NotFound
from membership.web.preconditions import strong_etag
from passes.apple.identity import Identity, load_identity
from passes.errors import CertificateError


@dataclass(frozen=True, slots=True)
class IssuerContext:
    """What is needed to change issuers: an open transaction, and the public address."""

    session: Session
    vault: Vault
    tenant: Tenant
    public_url: str | None
    now: datetime


def etag(ready: WalletsReady) -> str:
    """Return the ETag of both issuers."""
    return strong_etag(
        ready,
        *(f"apple.{name}" for name in ("development", "pass_type_id", "team_id", "not_after")),
        *(f"google.{name}" for name in ("configured", "issuer_id", "account")),
    )


def locked_etag(context: IssuerContext) -> str:
    """Return the ETag of both issuers, which are locked."""
    for kind in IdentityKind:
        context.session.get(WalletIdentity, (context.tenant.id, kind), with_for_update=True)
    return etag(show(context))


def load_apple(new: NewAppleIdentity) -> Identity:
    """Decrypt and load a certificate, which takes seconds: no transaction may be open.

    Raises Invalid for one that cannot sign.
    """
    certificate = _decoded(new.certificate, "body.certificate")
    wwdr = None if new.wwdr is None else _decoded(new.wwdr, "body.wwdr")
    password = None
    if new.password is not None:
        password = new.password.get_secret_value().encode("utf-8", "replace")
    with _refused():
        check_decryption_time(certificate, password)
        return load_identity(certificate, password=password, intermediate=wwdr)


def put_apple(
    context: IssuerContext, identity: Identity, *, replace_pass_type: bool
) -> WalletsReady:
    """Store a certificate. Raises Invalid for one that is not valid now; Conflict."""
    with _refused():
        store_apple(
            context.session,
            context.vault,
            context.tenant,
            identity,
            now=context.now,
            replace_pass_type=replace_pass_type,
        )
    return show(context)


@contextmanager
def _refused() -> Iterator[None]:
    """Raise Invalid for a certificate that is refused within the block."""
    try:
        yield
    except CertificateError as error:
        head = error.path.partition(".")[0]
        field = head if head in ("password", "wwdr") else "certificate"
        raise Invalid("certificate_invalid", f"body.{field}", str(error)) from error


def load_google(new: NewGoogleIdentity) -> GoogleAccount:
    """Load and check a service account: long keys take long, so no transaction may be open.

    Raises Invalid for a key that cannot be read.
    """
    account = GoogleAccount(new.issuer_id, new.service_account.with_key())
    check_account(account)
    return account


def put_google(context: IssuerContext, account: GoogleAccount) -> WalletsReady:
    """Store a service account."""
    store_google(context.session, context.vault, context.tenant, account, now=context.now)
    resync_all(context.session, context.tenant.id, context.now)
    return show(context)


def remove(context: IssuerContext, kind: IdentityKind) -> None:
    """Delete an issuer. Raises NotFound."""
    if not delete_identity(context.session, context.tenant, kind):
        raise NotFound("wallet_not_configured", "There is nothing configured for this wallet.")


def show(context: IssuerContext) -> WalletsReady:
    """The issuers of both wallets, with warnings."""
    session, tenant, public_url = context.session, context.tenant, context.public_url
    facts = apple_facts(session, tenant)
    pass_type_id, team_id = apple_names(session, tenant)
    google = google_facts(session, tenant)
    return WalletsReady(
        apple=AppleReady(
            development=facts is None,
            pass_type_id=pass_type_id,
            team_id=team_id,
            not_after=None if facts is None else facts.not_after,
            warning=" ".join(apple_warnings(facts, public_url, context.now)) or None,
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
    """Decode base64, with or without line breaks. Raises Invalid."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("not_base64", field, "This is not base64.") from error
