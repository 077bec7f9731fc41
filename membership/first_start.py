"""What a database without any organization is given at the first start."""

from datetime import datetime

from membership.database import Database
from membership.migrate import hold_setup_lock
from membership.organizations import bootstrap_organization, first_tenant
from membership.settings import ServiceSettings

DECK_FILE = "demo-deck.json"
"""Name of the file with the demo club's cards, for the demo camera."""


def prepare_first_start(
    settings: ServiceSettings, database: Database, now: datetime, *, demo: bool
) -> None:
    """Create the first organization: the demo club, or an empty one. Does nothing later.

    Raises OSError if the demo club's cards cannot be written to the data folder.
    """
    with database.readers.begin() as session:
        if first_tenant(session) is not None:
            return
    with database.writers.begin() as session:
        hold_setup_lock(session.connection())
        if first_tenant(session) is not None:
            return
        if not demo:
            bootstrap_organization(
                session,
                name="My Club",
                slug="my-club",
                currency="EUR",
                time_zone=settings.time_zone,
                now=now,
            )
            return
        # Only a demo needs the drawing library and the invented people.
        from membership.demo import seed_demo  # noqa: PLC0415

        # The file comes before the commit: without a commit the next start writes it again.
        seed_demo(session, now).write_deck(settings.data_dir / DECK_FILE)
