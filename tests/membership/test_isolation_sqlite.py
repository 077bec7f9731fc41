"""Rows as only SQLite can be made to hold them: they stop nothing of other clubs."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text

from membership.events.webhooks.delivery import deliver
from membership.store.background import Work
from membership.store.models import Throttle, WebhookEndpoint
from membership.store.purge import Expired, purge_tables
from membership.wallet.updates.event_consumer import consume_events
from membership.wallet.updates.refresh import refresh
from tests.membership.conftest import SQLITE
from tests.membership.mute import mute_neighbour
from tests.membership.poisoned import Clubs
from tests.membership.support import NOON, Service, arranging
from tests.membership.test_isolation import a_card
from tests.membership.test_isolation_rows import spoil_text
from tests.membership.wallet.factories import wallet_of


@pytest.fixture(scope="module")
def backend() -> str:
    """PostgreSQL refuses what is no JSON, and has other triggers."""
    return SQLITE


@pytest.fixture
def clubs(service: Service) -> Clubs:
    other = service.fresh()
    return Clubs(service, other)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE webhook_endpoints SET event_types = '{'", id="endpoint"),
        pytest.param("UPDATE events SET data = '{'", id="event"),
    ],
)
def test_a_webhook_whose_rows_are_no_json_delays_none(clubs: Clubs, statement: str) -> None:
    with mute_neighbour() as mute:
        mute.hang_up()
        allowed = {"webhook_allowed_private": ("127.0.0.0/8",)}
        settings = clubs.work.settings.model_copy(update=allowed)
        clubs.work = Work(settings, clubs.work.database, clubs.work.vault, clubs.work.clock)
        with arranging(clubs.work.database) as session:
            for service in (clubs.sick, clubs.other):
                session.add(
                    WebhookEndpoint(
                        organization_id=service.tenant.id, id=uuid4(),
                        url=f"http://{mute.place}/hook", description="",
                        event_types=["plan.created"],
                        secret=clubs.work.vault.seal(b"k" * 32), created_at=NOON,
                    )
                )  # fmt: skip
        for service in (clubs.sick, clubs.other):
            service.plan()
        spoil_text(clubs, f"{statement} WHERE organization_id = :here")
        clubs.run(deliver)
    with clubs.work.database.readers.begin() as session:
        here = WebhookEndpoint.organization_id == clubs.other.tenant.id
        tried = session.scalar(select(WebhookEndpoint.next_attempt_at).where(here))
    assert tried is not None
    assert clubs.failing("webhooks")


def test_an_event_that_is_no_json_delays_none(clubs: Clubs) -> None:
    sick, other = a_card(clubs.sick, "sick"), a_card(clubs.other, "other")
    clubs.run(consume_events)
    clubs.run(refresh)
    before = wallet_of(clubs.other, other).marks
    clubs.sick.patch(f"/v1/customers/{sick.customer_id}", given_name="Ada")
    spoil_text(clubs, "UPDATE events SET data = '{' WHERE organization_id = :here")
    clubs.other.patch(f"/v1/customers/{other.customer_id}", given_name="Eve")
    clubs.run(consume_events)
    assert wallet_of(clubs.other, other).marks > before


def test_a_row_that_cannot_be_deleted_keeps_none_of_its_kind(clubs: Clubs) -> None:
    kept, *others = (uuid4().hex for _ in range(7))
    with arranging(clubs.work.database) as session:
        rows = [{"name": name, "count": 1, "window_began_at": NOON} for name in (kept, *others)]
        session.execute(insert(Throttle), rows)
        when = f"BEFORE DELETE ON throttles WHEN OLD.name = '{kept}'"
        session.execute(text(f"CREATE TRIGGER keep {when} BEGIN SELECT RAISE(ABORT, 'kept'); END"))
    mine = Throttle.name.in_([kept, *others])
    for _ in range(5):
        purge_tables(clubs.work, Expired(Throttle, mine, chunk=4))
    with arranging(clubs.work.database) as session:
        session.execute(text("DROP TRIGGER keep"))
        assert session.scalars(select(Throttle.name).where(mine)).all() == [kept]
    assert clubs.failing("purge")
