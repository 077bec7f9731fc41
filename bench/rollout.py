"""One edit of a design that many customers have a card of, with the service killed on the way.

``python -m bench.rollout [--cards N] [--postgresql]``. Each card is on one phone. The design is
edited over the API, and the service process is killed (SIGKILL) and started again once half of
the cards are done. The clock runs from the answer to the edit until the last card has its new
content and all phones are to be pushed; then all cards are looked at one by one. The certificate
is for another pass type than that on the phones, so that the service looks at each push, but
puts it off for an hour instead of sending it.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import requests
from sqlalchemy import Connection, and_, func, insert, select

from bench.build_club import SLUG
from bench.desk import ROOT
from bench.figures import Metric, save
from bench.services import new_club, new_database, postgresql_server
from membership.accounts.organizations import tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, open_vault
from membership.store.background import Work
from membership.store.database import Database, open_database
from membership.store.models import AppleRegistration, Card, CardRollout, CardWallet, RolloutState
from membership.wallet.designs.service import create_standard_design, first_design
from membership.wallet.issuers.apple import store_apple
from membership.wallet.state import ensure_wallet_state
from membership.wallet.updates.event_consumer import consume_events
from membership.web.access import Tenant
from passes.apple.development import DevelopmentAuthority

CARDS = 100_000
BACKGROUND, AS_APPLE_WRITES_IT = "#0a1b2c", "rgb(10, 27, 44)"
_PASS_TYPE, _FORMER_PASS_TYPE = "pass.example.bench", "pass.example.former"
_TOKEN = b"bench-token-of-every-card"
_PIECE = 10_000
_PATIENCE_SECONDS = 1800.0
_OF_REGISTRATION = and_(
    CardWallet.organization_id == AppleRegistration.organization_id,
    CardWallet.card_id == AppleRegistration.card_id,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A database with a club whose people all have a card of one design on a phone."""

    settings: ServiceSettings
    database: Database
    tenant: Tenant
    key: str
    design_id: UUID
    cards: int


@dataclass(frozen=True, slots=True)
class Run:
    """What an edit took, and the most memory that a process of the service had, in MB."""

    seconds: float
    killed_at: int
    restart_seconds: float
    rss_mb: float


class Served:
    """A service process that can be killed, and the most memory it was seen with."""

    def __init__(self, settings: ServiceSettings) -> None:
        url = settings.database_url
        place = {} if url is None else {"WALLETDESK_DATABASE_URL": url}
        command = [sys.executable, "main.py", "serve", "--embedded", "--port", "0"]
        with (settings.data_dir / "service.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(settings.data_dir)], cwd=ROOT, text=True,
                env=os.environ | place, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline() or '{"message": "it died"}')
        if "url" not in said:
            raise RuntimeError(said["message"])
        self.url: str = said["url"]
        self.rss_mb = 0.0

    def look(self) -> None:
        """Look how much memory it has."""
        self.rss_mb = max(self.rss_mb, psutil.Process(self._process.pid).memory_info().rss / 1e6)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        """Let it end by itself."""
        self._process.communicate(timeout=30)


def prepare(settings: ServiceSettings, cards: int) -> Place:
    """Build a club, give everybody a card of its first design, and put each on a phone."""
    club = new_club(settings, cards)
    database, vault = open_database(settings), open_vault(settings)
    while consume_events(Work(settings, database, vault, system_clock)):
        pass  # the events of the import were read before there were cards
    with database.writing(SERVICE, system_clock) as (session, now):
        tenant = tenant_by_slug(session, SLUG)
        if tenant is None:
            raise RuntimeError("the club was not built")
        design = first_design(session, tenant) or create_standard_design(session, tenant, now)
        ensure_wallet_state(session, vault, tenant.id, now)
        ids = session.scalars(select(Card.id).where(Card.organization_id == tenant.id)).all()
        identity = DevelopmentAuthority().issue(_PASS_TYPE, "TEAM123456")
        store_apple(session, vault, tenant, identity, now=now)
        for start in range(0, len(ids), _PIECE):
            some = ids[start : start + _PIECE]
            _give_wallets(session.connection(), tenant, design.id, some, vault)
            _register(session.connection(), tenant, some)
        design_id = design.id
    return Place(settings, database, tenant, club.key, design_id, len(ids))


def _give_wallets(
    connection: Connection, tenant: Tenant, design_id: UUID, cards: Any, vault: Vault
) -> None:
    """Make cards that wallets hold and were sent once. They share their secrets."""
    now = system_clock()
    shared = {
        "organization_id": tenant.id,
        "design_id": design_id,
        "apple_token": vault.seal(_TOKEN),
        "rotating_key": vault.seal(bytes(20)),
        "code_signature": bytes(64),
        "face_digest": "0" * 64,
        "design_version": 1,
        "changed_at": now.replace(microsecond=0),
    }
    connection.execute(insert(CardWallet), [{**shared, "card_id": each} for each in cards])


def _register(connection: Connection, tenant: Tenant, cards: Any) -> None:
    """Put each card on a phone of its own."""
    shared = {
        "organization_id": tenant.id,
        "pass_type_id": _FORMER_PASS_TYPE,
        "registered_at": system_clock(),
    }
    connection.execute(
        insert(AppleRegistration),
        [
            {**shared, "card_id": each, "device_id": uuid4().hex, "push_token": uuid4().hex * 2}
            for each in cards
        ],
    )


def rollout_of(place: Place) -> CardRollout:
    """How far the edit is."""
    with place.database.readers.begin() as session:
        here = CardRollout.organization_id == place.tenant.id
        return session.scalars(select(CardRollout).where(here)).one()


def edit(place: Place, url: str) -> None:
    """Give the design another background."""
    address = f"{url}/v1/card-designs/{place.design_id}"
    headers = {"Authorization": f"Bearer {place.key}"}
    found = requests.get(address, headers=headers, timeout=30)
    found.raise_for_status()
    shown = found.json()
    design = {**shown["design"], "background": BACKGROUND}
    body = {"name": shown["name"], "version": shown["version"], "design": design}
    requests.put(address, json=body, headers=headers, timeout=30).raise_for_status()


def watch(place: Place, served: Served, done: Callable[[CardRollout], bool]) -> CardRollout:
    """Wait until a rollout is as far as is asked. Raises TimeoutError."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        row = rollout_of(place)
        served.look()
        if done(row):
            return row
        time.sleep(0.05)
    raise TimeoutError("the edit does not come to its end")


def measure(place: Place) -> Run:
    """Edit, kill and restart the service half-way, and wait until everything is done."""
    served = Served(place.settings)
    edit(place, served.url)
    began = time.perf_counter()
    killed = watch(place, served, lambda row: row.done >= place.cards / 2)
    served.kill()
    if killed.state is not RolloutState.RUNNING:
        raise RuntimeError("the edit was done before the service could be killed")
    dead = time.perf_counter()
    again = Served(place.settings)
    restarted = time.perf_counter() - dead
    watch(place, again, lambda row: row.state is RolloutState.FINISHED)
    seconds = time.perf_counter() - began
    try:
        check(place)
        check_last_card(place, again.url)
    finally:
        again.stop()
    return Run(seconds, killed.done, restarted, max(served.rss_mb, again.rss_mb))


def check(place: Place) -> None:
    """Look at all cards: each has the new version, under one number. Raises RuntimeError."""
    here = CardWallet.organization_id == place.tenant.id
    with place.database.readers.begin() as session:
        connection = session.connection()
        behind = connection.scalar(
            select(func.count()).where(
                here, (CardWallet.design_version != 2) | (CardWallet.face_digest == "0" * 64)
            )
        )
        numbers = connection.execute(
            select(
                func.count(CardWallet.update_seq.distinct()),
                func.min(CardWallet.update_seq),
                func.max(CardWallet.update_seq),
            ).where(here)
        ).one()
        untold = connection.scalar(
            select(func.count())
            .select_from(AppleRegistration)
            .join(CardWallet, _OF_REGISTRATION)
            .where(
                here,
                AppleRegistration.push_at.is_(None),
                AppleRegistration.pushed_seq < CardWallet.update_seq,
            )
        )
    if behind:
        raise RuntimeError(f"{behind} cards were left behind")
    if tuple(numbers) != (place.cards, 1, place.cards):
        raise RuntimeError(f"{place.cards} cards have other numbers than one each: {numbers}")
    if untold:
        raise RuntimeError(f"{untold} phones would not be pushed")


def check_last_card(place: Place, url: str) -> None:
    """Ask for the last card as its phone does. Raises RuntimeError."""
    with place.database.readers.begin() as session:
        last = select(CardWallet.card_id).where(CardWallet.organization_id == place.tenant.id)
        card_id = session.scalar(last.order_by(CardWallet.update_seq.desc()).limit(1))
    answer = requests.get(
        f"{url}/apple/{SLUG}/v1/passes/{_PASS_TYPE}/{card_id}",
        headers={"Authorization": f"ApplePass {_TOKEN.decode()}"}, timeout=30,
    )  # fmt: skip
    answer.raise_for_status()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        shown = json.loads(bundle.read("pass.json"))["backgroundColor"]
    if shown != AS_APPLE_WRITES_IT:
        raise RuntimeError(f"the last card is still {shown}")


def main() -> None:
    """Measure on SQLite, or on a PostgreSQL server, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cards", type=int, default=CARDS)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        url = None
        if options.postgresql:
            url = new_database(held.enter_context(postgresql_server(folder)), "club")
        data = folder / "data"
        data.mkdir()
        place = prepare(ServiceSettings(data_dir=data, database_url=url), options.cards)
        held.callback(place.database.engine.dispose)
        run = measure(place)
    name = "PostgreSQL" if options.postgresql else "SQLite"
    print(f"| one design edit, {name} | |\n|---|---|")
    print(f"| cards, each on one phone | {place.cards:,} |")
    print(f"| until the last card has its new content | {run.seconds:.1f} s |")
    print(f"| cards a second, with the kill and the restart | {place.cards / run.seconds:,.0f} |")
    print(f"| cards done when killed (SIGKILL) | {run.killed_at:,} |")
    print(f"| start after the kill | {run.restart_seconds:.1f} s |")
    print(f"| most memory of the service | {run.rss_mb:.0f} MB |")
    print("| cards left behind / with two numbers / phones not to be pushed | 0 / 0 / 0 |")
    metrics = {
        "whole edit": Metric(run.seconds, "s"),
        "cards a second": Metric(place.cards / run.seconds, "1/s", "higher"),
        "most memory": Metric(run.rss_mb, "MB"),
    }
    save(options.json, metrics)


if __name__ == "__main__":
    main()
