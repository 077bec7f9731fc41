"""The job that logs, at the start and once a day, why wallets would refuse cards."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from membership.base.logs import logger
from membership.store.background import Job, Work
from membership.store.database import AnyRow
from membership.store.models import IdentityKind, Organization, WalletIdentity

DAY_SECONDS = 86_400.0


def log_warnings(work: Work) -> bool:
    """Log certificates that expired or soon will, and how many organizations have none."""
    now = work.clock()
    query = (
        select(Organization.slug, WalletIdentity.facts)
        .join(WalletIdentity, WalletIdentity.organization_id == Organization.id)
        .where(WalletIdentity.kind == IdentityKind.APPLE)
        .order_by(Organization.id)
    )
    with work.database.readers.begin() as session:
        rows = session.execute(query).all()
        organizations = session.scalar(select(func.count()).select_from(Organization)) or 0
    if rows:
        _check_certificates(rows, work.settings.public_url, now)
    if organizations > len(rows):
        logger().info(
            "wallet_development_certificate",
            organizations=organizations - len(rows),
            warning="A self-made certificate signs their cards: every iPhone refuses them.",
        )
    return False


def _check_certificates(rows: Iterable[AnyRow], public_url: str | None, now: datetime) -> None:
    """Log what is wrong with imported certificates, and if no card of theirs can be updated."""
    # Certificates are parsed by packages that a club without one does not need.
    from membership.wallet.issuers.apple import facts_from  # noqa: PLC0415
    from membership.wallet.issuers.warnings import (  # noqa: PLC0415
        NEVER_UPDATED,
        certificate_warnings,
        is_https,
    )

    for slug, facts in rows:
        try:
            warnings = certificate_warnings(facts_from(facts), now)
        except (ValueError, KeyError, TypeError) as error:
            warnings = [f"What is stored of it cannot be read ({type(error).__name__})."]
        for warning in warnings:
            logger().warning("wallet_certificate", organization=slug, warning=warning)
    if public_url is None or not is_https(public_url):
        logger().warning("public_url_not_https", warning=NEVER_UPDATED)


IDENTITY_JOB = Job("wallet-identities", log_warnings, pause_seconds=DAY_SECONDS)
