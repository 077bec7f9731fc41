"""The job that tells in the log, at the start and once a day, what wallets would refuse."""

from sqlalchemy import func, select

from membership.base.logs import logger
from membership.store.background import Job, Work
from membership.store.models import IdentityKind, Organization, WalletIdentity
from membership.wallet.issuers.apple import facts_from
from membership.wallet.issuers.warnings import NEVER_UPDATED, is_https, of_certificate

DAY_SECONDS = 86_400.0


def tell_warnings(work: Work) -> bool:
    """Log certificates that are over, or soon are, and how many organizations have none."""
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
    for slug, facts in rows:
        for warning in of_certificate(facts_from(facts), now):
            logger().warning("wallet_certificate", organization=slug, warning=warning)
    if organizations > len(rows):
        logger().info(
            "wallet_development_certificate",
            organizations=organizations - len(rows),
            warning="A self-made certificate signs their cards: every iPhone refuses them.",
        )
    public_url = work.settings.public_url
    if rows and (public_url is None or not is_https(public_url)):
        logger().warning("public_url_not_https", warning=NEVER_UPDATED)
    return False


IDENTITY_JOB = Job("wallet-identities", tell_warnings, pause_seconds=DAY_SECONDS)
