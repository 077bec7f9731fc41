"""A club with an outbox, and receivers for its webhooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from membership.accounts.organizations import bootstrap_organization
from membership.base.vault import open_vault
from membership.events.audit.recorder import audit_changes
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.events.webhooks.delivery import deliver
from membership.events.webhooks.sender import Sender
from membership.events.webhooks.signing import new_secret, shown_secret
from membership.store.background import Work
from membership.store.database import Database, open_database
from membership.store.models import WebhookDelivery, WebhookEndpoint
from membership.web.access import Tenant
from tests.membership.conftest import POSTGRESQL, Databases
from tests.membership.events.webhooks.receiver import Receiver, receiving
from tests.membership.support import Clock, Service, arranging, running_service

HERE = ("127.0.0.0/8",)
"""Where the receivers of the tests are, which no webhook may go to unless allowed."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks."""
    with receiving() as running:
        yield running


@dataclass
class Club:
    """One organization in a database of its own, without a service around it."""

    work: Work
    tenant: Tenant
    clock: Clock

    @property
    def database(self) -> Database:
        """Where it is stored."""
        return self.work.database

    def endpoint(self, url: str, *types: EventType) -> tuple[UUID, str]:
        """Store an endpoint; returns its id and secret."""
        secret = new_secret()
        row = WebhookEndpoint(
            organization_id=self.tenant.id,
            id=uuid4(),
            url=url,
            event_types=[each.value for each in types],
            secret=self.work.vault.seal(secret),
            created_at=self.clock(),
        )
        with arranging(self.database) as session:
            session.add(row)
        return row.id, shown_secret(secret)

    def emit(self, count: int = 1, event_type: EventType = EventType.PLAN_CREATED) -> list[UUID]:
        """Let things happen, each in a transaction of its own; returns the events' ids."""
        return [self._emit(event_type, number) for number in range(count)]

    def _emit(self, event_type: EventType, number: int) -> UUID:
        with arranging(self.database) as session:
            data = {"plan_id": str(number)}
            return emit(session, self.tenant.id, event_type, number, data, now=self.clock())

    def deliver(self, sender: Sender | None = None) -> None:
        """Let the deliverer work until nothing is due."""
        while deliver(self.work, sender=sender, jitter=lambda: 0.0):
            pass

    def deliveries(self, endpoint_id: UUID) -> list[WebhookDelivery]:
        """An endpoint's deliveries in the order of their events."""
        with self.database.readers.begin() as session:
            return list(
                session.scalars(
                    select(WebhookDelivery)
                    .where(WebhookDelivery.endpoint_id == endpoint_id)
                    .order_by(WebhookDelivery.event_seq)
                )
            )

    def states(self, endpoint_id: UUID) -> list[str]:
        """How far each of an endpoint's deliveries has come."""
        return [each.state.value for each in self.deliveries(endpoint_id)]

    def stored(self, endpoint_id: UUID) -> WebhookEndpoint:
        """An endpoint as it is stored now."""
        with self.database.readers.begin() as session:
            return session.get_one(WebhookEndpoint, (self.tenant.id, endpoint_id))

    def set(self, endpoint_id: UUID, **columns: Any) -> None:
        """Set columns of an endpoint."""
        with arranging(self.database) as session:
            row = session.get_one(WebhookEndpoint, (self.tenant.id, endpoint_id))
            for name, value in columns.items():
                setattr(row, name, value)


def open_club(databases: Databases, backend: str, folder: Path, **settings: Any) -> Club:
    """A club that begins at the real time: receivers refuse messages that are minutes old."""
    settings = {"webhook_allowed_private": HERE, "webhook_timeout_seconds": 5.0, **settings}
    chosen = databases.new(backend, folder, **settings)
    database, clock = open_database(chosen), Clock(datetime.now(UTC).replace(microsecond=0))
    audit_changes(database.writers)
    with arranging(database) as session:
        tenant = bootstrap_organization(
            session,
            name="Club",
            slug="club",
            time_zone="Europe/Berlin",
            currency="EUR",
            country="DE",
            now=clock(),
        )
    return Club(Work(chosen, database, open_vault(chosen), clock), tenant, clock)


@pytest.fixture
def club(backend: str, databases: Databases, tmp_path: Path) -> Iterator[Club]:
    """A club on a database of its own."""
    opened = open_club(databases, backend, tmp_path)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture
def postgres_club(databases: Databases, tmp_path: Path) -> Iterator[Club]:
    """A club on PostgreSQL: for what cannot happen with one writer at a time."""
    opened = open_club(databases, POSTGRESQL, tmp_path)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service that may send webhooks to this machine."""
    folder = tmp_path_factory.mktemp("data")
    settings = databases.new(backend, folder, webhook_allowed_private=HERE)
    with running_service(settings) as service:
        yield service


@pytest.fixture
def work(service: Service) -> Work:
    """What the service's jobs are given."""
    settings = service.settings
    return Work(settings, service.database, open_vault(settings), service.clock)
