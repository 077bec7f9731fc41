"""Scans in a club of a million against the same in a club of a thousand, and the search there.

``python -m bench.scale [--customers N] [--sqlite DIR DIR] [--postgresql URL URL]``. Both clubs
are built through the import, unless databases are given that were built before: the small one
and the large one. Two service processes run side by side and are asked one scan each in turn,
so that whatever else the machine does meets both. Every card was scanned once before.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import quote

from bench.desk import percentile
from bench.figures import Metric, save
from bench.load import Connection, request_bytes
from bench.plans import indexes
from bench.services import (
    BACKENDS,
    SQLITE,
    Club,
    club_of,
    new_club,
    new_database,
    postgresql_server,
    service,
)
from bench.throughput import scans
from membership.base.settings import ServiceSettings
from membership.store.database import open_database

TIMES, SEARCH_MS = 1.3, 50.0
"""The bars: at most, p99 at most."""

SMALL, LARGE = 1_000, 1_000_000
SCANS, SEARCHES = 5_000, 2_000


@dataclass(frozen=True, slots=True)
class Place:
    """A database with a club in it, and some of its people."""

    settings: ServiceSettings
    club: Club


def in_turn(places: tuple[Place, Place], count: int) -> list[list[float]]:
    """Milliseconds of ``count`` scans in each of two clubs, asked in turn."""
    with ExitStack() as held:
        asked = []
        for place in places:
            connection = Connection(held.enter_context(service(place.settings)))
            held.callback(connection.socket.close)
            for code in place.club.codes:  # warms caches, and gives everybody a visit
                one = Club(place.club.key, (code,), (), ())
                connection.ask(scans(one, 1)[0])
            asked.append((connection, iter(scans(place.club, count))))
        took: list[list[float]] = [[], []]
        for _ in range(count):
            for times, (connection, requests) in zip(took, asked, strict=True):
                times.append(connection.ask(next(requests)))
    return took


def searched(place: Place, count: int) -> list[float]:
    """Milliseconds of searches by parts of names, three to six letters long."""
    source = random.Random(11)
    parts = []
    for name in islice(cycle(place.club.names), count):
        length = min(len(name), source.randint(3, 6))
        start = source.randint(0, len(name) - length)
        parts.append(name[start : start + length].lower())
    with service(place.settings) as url:
        connection = Connection(url)
        took = [
            connection.ask(
                request_bytes("GET", f"/v1/customers?q={quote(part)}", key=place.club.key)
            )
            for part in parts
        ]
        connection.socket.close()
    return took


def show(backend: str, small: Place, large: Place) -> dict[str, Metric]:
    """Measure one database, print its lines, and return its figures."""
    metrics = {}
    name = large.club.names[0][:4].lower()
    plans = [indexes(large.settings, large.club.codes[0], name)]
    if backend != SQLITE:
        analyze(large.settings)
        plans.append(indexes(large.settings, large.club.codes[0], name))
    few, many = in_turn((small, large), SCANS)
    for percent in (50, 99):
        a, b = percentile(few, percent), percentile(many, percent)
        print(
            f"| scan, p{percent} | {backend} | {a:.2f} ms | {b:.2f} ms | {b / a:.2f} times "
            f"| at most {TIMES:g} times |",
            flush=True,
        )
        metrics[f"scan p{percent} ratio {backend}"] = Metric(b / a, "times")
    found = searched(large, SEARCHES)
    for percent in (50, 99):
        bar = f"p99 at most {SEARCH_MS:.0f} ms" if percent == 99 else ""
        print(
            f"| search by part of a name, p{percent} | {backend} | "
            f"| {percentile(found, percent):.2f} ms | | {bar} |",
            flush=True,
        )
        metrics[f"search p{percent} {backend}"] = Metric(percentile(found, percent), "ms")
    for when, used in zip(("as built", "after ANALYZE"), plans, strict=False):
        for what, names in used.items():
            print(f"| indexes of a {what}, {when} | {backend} | | {', '.join(names)} | | |")
    return metrics


def analyze(settings: ServiceSettings) -> None:
    """Let PostgreSQL gather its statistics, as it does by itself some minutes after an import."""
    database = open_database(settings)
    with database.single.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
    database.engine.dispose()


@contextmanager
def places(
    backend: str, customers: int, given: list[str] | None, folder: Path, built: list[str]
) -> Iterator[tuple[Place, Place]]:
    """The small club and the large one: those that are ``given``, or new ones.

    What the building of a new one took is added to ``built``.
    """
    folders = [folder / f"{backend}-{which}" for which in ("small", "large")]
    for each in folders:
        each.mkdir()
    with ExitStack() as held:
        if backend == SQLITE:
            settings = [ServiceSettings(data_dir=Path(each)) for each in given or folders]
        else:
            urls = given
            if urls is None:
                server = held.enter_context(postgresql_server(folder))
                urls = [new_database(server, which) for which in ("small", "large")]
            settings = [
                ServiceSettings(data_dir=data, database_url=url)
                for data, url in zip(folders, urls, strict=True)
            ]
        sizes = (min(SMALL, customers), customers)
        clubs = []
        for place, size in zip(settings, sizes, strict=True):
            lines: list[str] = []
            clubs.append(club_of(place) if given else new_club(place, size, tell=lines.append))
            built.extend(f"{backend}, {size}: {line}" for line in lines)
        yield Place(settings[0], clubs[0]), Place(settings[1], clubs[1])


def main() -> None:
    """Build, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=LARGE)
    for backend in BACKENDS:
        parser.add_argument(f"--{backend}", nargs=2, metavar=("SMALL", "LARGE"))
    parser.add_argument("--only", choices=BACKENDS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(
        f"{SCANS} scans in each club in turn, {SEARCHES} searches; caches warm; "
        f"load before: {os.getloadavg()[0]:.1f}.\n"
    )
    print(f"| | database | {SMALL} customers | {options.customers} customers | | bar |")
    print("|---|---|---|---|---|---|", flush=True)
    built: list[str] = []
    metrics: dict[str, Metric] = {}
    with tempfile.TemporaryDirectory() as name:
        for backend in [options.only] if options.only else BACKENDS:
            given = vars(options)[backend]
            with places(backend, options.customers, given, Path(name), built) as (small, large):
                metrics |= show(backend, small, large)
    print("\nBuilt through the import (database, customers, file):\n")
    for line in built:
        print(f"- {line}")
    save(options.json, metrics)


if __name__ == "__main__":
    main()
