"""What the log and the metrics tell of certificates."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from membership.jobs import JOBS
from membership.operations.backlog import read_backlog
from membership.store.background import Work
from membership.wallet.issuers.daily_check import IDENTITY_JOB
from tests.membership.conftest import Databases
from tests.membership.operations.test_operations import values
from tests.membership.support import NOON, Service, running_service
from tests.membership.wallet.factories import vault_of
from tests.membership.wallet.issuers.files import FAR, apple_body, identity

END = NOON + FAR


@pytest.fixture
def alone(backend: str, databases: Databases, tmp_path: Any) -> Any:
    """A service with no other organizations than those of one test."""
    with running_service(databases.new(backend, tmp_path)) as service:
        yield service


def logged(service: Service, **settings: Any) -> list[tuple[str, str, str | None]]:
    """Level, event and organization of what one run of the job logs."""
    capture = LogCapture()
    former = structlog.get_config()
    structlog.configure(
        processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    try:
        changed = service.settings.model_copy(update=settings)
        work = Work(changed, service.database, vault_of(service), service.clock)
        assert IDENTITY_JOB.run(work) is False
    finally:
        structlog.configure(**former)
    return [
        (each["log_level"], each["event"], each.get("organization")) for each in capture.entries
    ]


def certificate_days(service: Service, now: datetime) -> float | None:
    """Days until the first certificate is over."""
    with service.database.engine.connect() as connection:
        return read_backlog(connection, now).certificate_days


def test_once_a_day_and_at_the_start() -> None:
    assert IDENTITY_JOB in JOBS
    assert IDENTITY_JOB.pause_seconds == timedelta(days=1).total_seconds()


def test_the_log_and_the_metrics_tell_of_the_end(alone: Service) -> None:
    none = ("info", "wallet_development_certificate", None)
    address = ("warning", "public_url_not_https", None)
    assert logged(alone) == [none]
    assert certificate_days(alone, NOON) is None
    body = apple_body(identity())
    assert alone.call("PUT", "/v1/wallets/apple", json=body).status_code == 200
    certificate = ("warning", "wallet_certificate", alone.tenant.slug)
    # Its issuer is not Apple; near the end there is that to tell as well.
    assert logged(alone) == [certificate, address]
    assert logged(alone, public_url="https://club.example") == [certificate]
    alone.clock.now = END - timedelta(days=30)
    assert logged(alone) == [certificate, certificate, address]
    other = alone.fresh()
    sooner = apple_body(identity(ends=NOON + timedelta(days=100)))
    assert other.call("PUT", "/v1/wallets/apple", json=sooner).status_code == 200
    assert values(alone)["walletdesk_apple_certificate_days_left",] == pytest.approx(100)
    assert certificate_days(alone, NOON + timedelta(days=101)) == pytest.approx(-1)
