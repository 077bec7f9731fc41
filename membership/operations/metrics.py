"""Metrics of one service process in the text format of Prometheus.

No organization and no person is named: labels are route templates, states and names of jobs.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool

from membership.base.version import service_version
from membership.operations.backlog import Backlog
from membership.store.background import Background
from membership.store.database import Database
from membership.web.concurrency import ConcurrencyLimiter
from membership.web.outbound import OutboundCalls

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Request(NamedTuple):
    """The labels of a request. A method that is not defined by HTTP is ``other``."""

    method: str
    route: str
    status: str


class Metrics:
    """The metrics of one application, in a registry of its own."""

    def __init__(
        self,
        database: Database,
        concurrency: ConcurrencyLimiter,
        background: Background | None,
        outbound: OutboundCalls,
    ) -> None:
        self.registry = CollectorRegistry()
        self.backlog: Backlog | None = None
        """The backlog as last read; None while it cannot be read."""
        self._requests = Counter(
            "walletdesk_requests",
            "Requests answered.",
            _Request._fields,
            registry=self.registry,
        )
        self._durations = Histogram(
            "walletdesk_request_seconds",
            "Time from the head of a request to the end of its answer.",
            ("method", "route"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._scans = Counter(
            "walletdesk_scans", "Scans answered, by outcome.", ("outcome",), registry=self.registry
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self.registry.register(_Now(self, database, concurrency, background, outbound))
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. ``route`` is the template of its path."""
        # Cached: looking a child up by its labels costs more than counting.
        found = self._known.get((method, route, status))
        if found is None:
            name = method if method in _METHODS else "other"
            found = (
                self._requests.labels(name, route, str(status)),
                self._durations.labels(name, route),
            )
            if name == method:
                self._known[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def scanned(self, outcome: str) -> None:
        """Count an answered scan."""
        self._scans.labels(outcome).inc()

    def render(self) -> bytes:
        """Return all metrics as text."""
        return generate_latest(self.registry)


class _Now(Collector):
    """Gauges that are read at each scrape."""

    def __init__(
        self,
        metrics: Metrics,
        database: Database,
        concurrency: ConcurrencyLimiter,
        background: Background | None,
        outbound: OutboundCalls,
    ) -> None:
        self._metrics = metrics
        self._outbound = outbound
        self._pool = cast(QueuePool, database.engine.pool)
        self._concurrency = concurrency
        self._background = background

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: registering must not read the gauges."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """Read the queue, the pool, the jobs and the last backlog."""
        version = GaugeMetricFamily("walletdesk_info", "Version.", labels=("version",))
        version.add_metric((service_version(),), 1)
        yield version
        yield _gauge(
            "admission_waiting", "Requests that wait for a connection.", self._concurrency.waiting
        )
        yield _gauge(
            "pool_connections_in_use", "Database connections in use.", self._pool.checkedout()
        )
        calls = GaugeMetricFamily(
            "walletdesk_outbound_calls",
            "Calls of requests to other services that have no answer yet.",
            labels=("neighbour",),
        )
        for neighbour, running in self._outbound.running.items():
            calls.add_metric((neighbour,), running)
        yield calls
        backlog = self._metrics.backlog
        yield _gauge("database_up", "Whether the database could be read.", int(backlog is not None))
        if backlog is not None:
            yield from _of_backlog(backlog)
        if self._background is not None:
            yield from _of_jobs(self._background)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    """Return a gauge with one value and no labels."""
    return GaugeMetricFamily(f"walletdesk_{name}", text, value=value)


def _of_backlog(backlog: Backlog) -> Iterator[GaugeMetricFamily]:
    """Return the gauges of the backlog."""
    yield _gauge("outbox_pending", "Deliveries still to be made.", backlog.pending)
    yield _gauge("outbox_dead", "Deliveries that were given up.", backlog.dead)
    yield _gauge(
        "outbox_set_aside",
        "Deliveries that are set aside: refused, or of the same subject as one that is.",
        backlog.set_aside,
    )
    yield _gauge(
        "outbox_oldest_seconds",
        "Age of the oldest event that is still to be delivered.",
        backlog.oldest_seconds,
    )
    yield _gauge("mail_pending", "Mails still to be sent.", backlog.mails)
    yield _gauge("imports_running", "Imports that are being read.", backlog.imports)
    yield _gauge("cards_due", "Wallet cards whose face is to be looked at.", backlog.cards)
    yield _gauge("card_rollouts_running", "Edited designs on their way.", backlog.rollouts)
    yield _gauge("apple_pushes_pending", "Phones still to be notified of a card.", backlog.pushes)
    if backlog.certificate_days is not None:
        yield _gauge(
            "apple_certificate_days_left",
            "Days until the first of the certificates for Apple Wallet is over.",
            backlog.certificate_days,
        )


def _of_jobs(background: Background) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    """Return the metrics of the background jobs."""
    items = GaugeMetricFamily(
        "walletdesk_job_items_failing",
        "Items that a job leaves out for now because they failed.",
        labels=("job",),
    )
    for name, count in background.failing.counts().items():
        items.add_metric((name,), count)
    yield items
    failures = CounterMetricFamily("walletdesk_job_failures", "Failed runs.", labels=("job",))
    in_a_row = GaugeMetricFamily(
        "walletdesk_job_failures_in_a_row", "Failed runs since the last good one.", labels=("job",)
    )
    done = GaugeMetricFamily(
        "walletdesk_job_last_done_timestamp_seconds", "When a run last ended well.", labels=("job",)
    )
    for name, state in background.states.items():
        failures.add_metric((name,), state.failures_in_all)
        in_a_row.add_metric((name,), state.failures)
        if state.last_done_at is not None:
            done.add_metric((name,), state.last_done_at.timestamp())
    yield from (failures, in_a_row, done)
