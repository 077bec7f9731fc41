"""Scans and permission checks per second of one service process, against a bare route.

``python -m bench.throughput [--seconds S] [--rounds N]``. The bare route (``bench.bare``) has
the same web server, pool and durability, and does one indexed SELECT, or that and one INSERT
that is committed before the answer. Both are asked in turn, in short rounds, by processes of
their own over kept connections, so that whatever else the machine does meets both; a ratio is
the median of those of the rounds.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.bare import THINGS, code_of
from bench.load import Drivers, driver_processes, request_bytes
from bench.services import (
    BACKENDS,
    SQLITE,
    Club,
    bare,
    new_club,
    new_database,
    postgresql_server,
    service,
)
from membership.base.settings import ServiceSettings

SCANS_AT_LEAST, CHECKS_AT_LEAST = 0.50, 0.60
CONNECTIONS = 8
CUSTOMERS = 1_000
_MOST_PER_SECOND = 4_000

Requests = Callable[[], list[bytes]]


@dataclass(frozen=True, slots=True)
class Contest:
    """What is compared: requests to the service and to the bare route, and the bar."""

    name: str
    ours: Requests
    bare: Requests
    bar: float


def scans(club: Club, count: int) -> list[bytes]:
    """Scans of cards, each a visit of its own."""
    return [
        request_bytes(
            "POST", "/v1/scans", key=club.key,
            body={"visit_id": str(uuid4()), "text": random.choice(club.codes), "desk": "Bench"},
        )
        for _ in range(count)
    ]  # fmt: skip


def contests(club: Club, count: int) -> list[Contest]:
    """The comparisons; each visit and each use is sent once only."""

    def uses() -> list[bytes]:
        return [
            request_bytes(
                "POST", "/uses",
                body={"id": str(uuid4()), "code": code_of(random.randrange(THINGS))},
            )
            for _ in range(count)
        ]  # fmt: skip

    def things() -> list[bytes]:
        return [request_bytes("GET", f"/things/{code_of(number)}") for number in range(THINGS)]

    def checks(form: str) -> list[bytes]:
        return [
            request_bytes("GET", form.format(customer_id), key=club.key)
            for customer_id in club.customer_ids
        ]

    by_path, by_query = "/v1/customers/{}/permissions/pool", "/v1/access/pool?customer_id={}"
    return [
        Contest("POST /v1/scans", lambda: scans(club, count), uses, SCANS_AT_LEAST),
        Contest(
            "GET /v1/customers/{id}/permissions/{key}", lambda: checks(by_path), things,
            CHECKS_AT_LEAST,
        ),
        Contest("GET /v1/access/{key}", lambda: checks(by_query), things, CHECKS_AT_LEAST),
    ]  # fmt: skip


def contend(
    drivers: Drivers, urls: tuple[str, str], contest: Contest, rounds: int, seconds: float
) -> tuple[float, float, float]:
    """Median answers per second of ours and of the bare one, and the median ratio."""
    ours_url, bare_url = urls
    pairs = []
    for number in range(-1, rounds):
        ours = drivers.load(ours_url, contest.ours(), CONNECTIONS, seconds).rate
        other = drivers.load(bare_url, contest.bare(), CONNECTIONS, seconds).rate
        if number >= 0:  # the first one warms up
            pairs.append((ours, other))
    rates = [median(each) for each in zip(*pairs, strict=True)]
    return rates[0], rates[1], median(ours / other for ours, other in pairs)


def measure(
    drivers: Drivers, backend: str, settings: list[ServiceSettings], rounds: int, seconds: float
) -> None:
    """Print the lines of one database."""
    club = new_club(settings[0], CUSTOMERS)
    with service(settings[0]) as ours_url, bare(settings[1]) as bare_url:
        for contest in contests(club, int(_MOST_PER_SECOND * seconds)):
            ours, other, ratio = contend(drivers, (ours_url, bare_url), contest, rounds, seconds)
            print(
                f"| {contest.name} | {backend} | {ours:.0f} | {other:.0f} | {ratio:.0%} "
                f"| {contest.bar:.0%} |",
                flush=True,
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    print(
        f"One process each, {CONNECTIONS} connections, {options.rounds} rounds of "
        f"{options.seconds:g} s in turn; load before: {os.getloadavg()[0]:.1f}.\n"
    )
    print("| route | database | per second | bare route | ratio, median | at least |")
    print("|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as name, driver_processes() as drivers:
        folder = Path(name)
        for backend in BACKENDS:
            folders = [folder / f"{backend}-{which}" for which in ("ours", "bare")]
            for each in folders:
                each.mkdir()
            if backend == SQLITE:
                settings = [ServiceSettings(data_dir=each) for each in folders]
                measure(drivers, backend, settings, options.rounds, options.seconds)
                continue
            with postgresql_server(folder) as server:
                settings = [
                    ServiceSettings(data_dir=each, database_url=new_database(server, called))
                    for each, called in zip(folders, ("ours", "bare"), strict=True)
                ]
                measure(drivers, backend, settings, options.rounds, options.seconds)


if __name__ == "__main__":
    main()
