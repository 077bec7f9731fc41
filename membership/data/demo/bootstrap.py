"""Bootstraps a database at the first start: an organization with its card design."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from api_client.messages.organization import UNNAMED
from membership.accounts.organizations import bootstrap_organization, first_tenant, tenant_of
from membership.base.actors import SERVICE
from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.data.demo.redate import is_of_another_day, redate
from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.database import Database
from membership.store.models import CardDesign, Organization
from membership.store.presence import require_new
from membership.web.access import Tenant

DECK_FILE = "demo-deck.json"
"""Name of the file with the demo club's cards, for the demo camera."""


def bootstrap_database(
    settings: ServiceSettings, database: Database, now: datetime, *, demo: bool
) -> None:
    """Create the first organization, the demo club or an empty one, with the standard design.

    Later it only creates that design for organizations from a version without designs, and moves
    the days of the demo club to those of today. Raises
    OSError if the demo club's cards cannot be written to the data folder; VaultError if their
    secrets cannot be encrypted; DataMissing if the database held a club before.
    """
    with database.readers.begin() as session:
        club = session.scalars(select(Organization).order_by(Organization.id).limit(1)).first()
        ages = club is not None and is_of_another_day(club, now)
        if club is not None and not ages and not _without_design(session):
            return
    # What only a new database needs is imported here: every later start does without it.
    from membership.wallet.designs.service import create_standard_design  # noqa: PLC0415

    with database.writing(SERVICE, now, audited=False) as (session, _):
        advisory_lock.hold(session.connection(), Lock.SETUP)
        if first_tenant(session) is not None:
            for tenant in _without_design(session):
                create_standard_design(session, tenant, now)
            for club in session.scalars(select(Organization).where(Organization.demo)):
                if is_of_another_day(club, now):
                    redate(session, club, now)
            return
        require_new(settings)
        if not demo:
            tenant = bootstrap_organization(
                session,
                name=UNNAMED,
                slug="my-club",
                currency="EUR",
                time_zone=settings.time_zone,
                now=now,
            )
            create_standard_design(session, tenant, now)
            return
        from membership.data.demo.seed import seed_demo  # noqa: PLC0415

        # Before the commit: without a commit the next start writes the file again.
        deck = seed_demo(session, now, open_vault(settings))
        deck.write_deck(settings.data_dir / DECK_FILE)


def _without_design(session: Session) -> list[Tenant]:
    """Organizations without a design, from a version that had none."""
    has_design = exists().where(CardDesign.organization_id == Organization.id)
    found = session.scalars(select(Organization).where(~has_design).order_by(Organization.id))
    return [tenant_of(each) for each in found]
