"""What tests of money at the desk share: a fake Stripe, and a service that asks it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.demo_club import RunningService, start_service, stop_service
from tests.fakes.stripe_server import StripeServer, stripe_server


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    """Stripe, at the time of the service."""
    with stripe_server(datetime.now(UTC)) as server:
        yield server


@pytest.fixture
def paid_service(
    demo_data: Path, monkeypatch: pytest.MonkeyPatch, stripe: StripeServer
) -> Iterator[RunningService]:
    """A service of the demo club with a public address, which asks the fake Stripe."""
    monkeypatch.setenv("WALLETDESK_PUBLIC_URL", "https://members.club.example")
    monkeypatch.setenv("WALLETDESK_STRIPE_URL", stripe.url)
    running = start_service(demo_data)
    yield running
    stop_service(running)
