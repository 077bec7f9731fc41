"""Scans and permission checks per second of one service process, against a bare route.

``python -m bench.throughput [--seconds S] [--rounds N] [--only DATABASE] [--json FILE]``. The bare
route (``bench.bare``) has the same web server, pool and durability, and does one indexed SELECT,
or that and one INSERT that is committed before the answer. Both are loaded in turn, in short
rounds, by processes of their own over kept connections, so that whatever else the machine does
meets both; a ratio is the median of those of the rounds. Then one request at a time is sent to
each in turn, which gives the time of a single one.
"""

import argparse
import os
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.bare import THINGS, code_of
from bench.figures import Metric, save
from bench.load import Connection, Drivers, driver_processes, request_bytes
from bench.services import (
    BACKENDS,
    POSTGRESQL,
    SQLITE,
    Club,
    bare,
    contestants,
    new_club,
    service,
)
from membership.base.settings import ServiceSettings

SCANS_AT_LEAST = {SQLITE: 0.75, POSTGRESQL: 0.65}
CHECKS_AT_LEAST = {SQLITE: 0.80, POSTGRESQL: 0.80}
"""The bars: answers per second as a part of those of the bare route."""

CONNECTIONS = 8
CUSTOMERS = 1_000
SINGLE = 400
_MOST_PER_SECOND = 4_000

Requests = Callable[[], list[bytes]]


@dataclass(frozen=True, slots=True)
class Contest:
    """What is compared: requests to the service and to the bare route, and the bars."""

    name: str
    route: str
    ours: Requests
    bare: Requests
    bars: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    """Median answers per second, the median ratio, and median milliseconds of single requests."""

    rates: tuple[float, float]
    ratio: float
    single_ms: tuple[float, float]


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
        Contest("scans", "POST /v1/scans", lambda: scans(club, count), uses, SCANS_AT_LEAST),
        Contest(
            "permission checks", "GET /v1/customers/{id}/permissions/{key}",
            lambda: checks(by_path), things, CHECKS_AT_LEAST,
        ),
        Contest(
            "access checks", "GET /v1/access/{key}",
            lambda: checks(by_query), things, CHECKS_AT_LEAST,
        ),
    ]  # fmt: skip


def contend(
    drivers: Drivers, urls: tuple[str, str], contest: Contest, rounds: int, seconds: float
) -> Result:
    """Load the service and the bare route in turn, then send single requests in turn."""
    pairs = []
    for number in range(-1, rounds):
        ours = drivers.load(urls[0], contest.ours(), CONNECTIONS, seconds).rate
        other = drivers.load(urls[1], contest.bare(), CONNECTIONS, seconds).rate
        if number >= 0:  # the first one warms up
            pairs.append((ours, other))
    ours, other = (median(each) for each in zip(*pairs, strict=True))
    return Result((ours, other), median(a / b for a, b in pairs), single(urls, contest))


def single(urls: tuple[str, str], contest: Contest) -> tuple[float, float]:
    """Return median milliseconds of one request at a time: to the service, and to the other."""
    took: tuple[list[float], list[float]] = ([], [])
    connections = [Connection(url) for url in urls]
    requests = [iter(make()[:SINGLE]) for make in (contest.ours, contest.bare)]
    for _ in range(SINGLE):
        for times, connection, sent in zip(took, connections, requests, strict=True):
            times.append(connection.ask(next(sent)))
    for connection in connections:
        connection.socket.close()
    return median(took[0]), median(took[1])


def measure(
    drivers: Drivers, backend: str, settings: list[ServiceSettings], rounds: int, seconds: float
) -> dict[str, Metric]:
    """Print the lines of one database, and return its metrics."""
    club = new_club(settings[0], CUSTOMERS)
    metrics = {}
    with service(settings[0]) as ours_url, bare(settings[1]) as bare_url:
        for contest in contests(club, max(SINGLE, int(_MOST_PER_SECOND * seconds))):
            found = contend(drivers, (ours_url, bare_url), contest, rounds, seconds)
            (ours, other), (ours_ms, other_ms) = found.rates, found.single_ms
            print(
                f"| {contest.route} | {backend} | {ours:.0f} | {other:.0f} | {found.ratio:.0%} "
                f"| {contest.bars[backend]:.0%} | {ours_ms:.2f} ms | {other_ms:.2f} ms |",
                flush=True,
            )
            name = f"{contest.name} {backend}"
            metrics[name] = Metric(100 * found.ratio, "%", "higher")
            metrics[f"{name} per second"] = Metric(ours, "1/s", "higher")
            metrics[f"{name} p50"] = Metric(ours_ms, "ms")
    return metrics


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=BACKENDS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(
        f"One process each, {CONNECTIONS} connections, {options.rounds} rounds of "
        f"{options.seconds:g} s in turn; load before: {os.getloadavg()[0]:.1f}.\n"
    )
    print(
        "| route | database | per second | bare route | ratio, median | at least "
        "| one at a time, p50 | bare route |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    metrics: dict[str, Metric] = {}
    with tempfile.TemporaryDirectory() as name, driver_processes() as drivers:
        for backend in [options.only] if options.only else BACKENDS:
            with contestants(backend, Path(name)) as settings:
                metrics |= measure(drivers, backend, settings, options.rounds, options.seconds)
    save(options.json, metrics)


if __name__ == "__main__":
    main()
