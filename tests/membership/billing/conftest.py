"""A service that asks a fake Stripe, and a club of each test's own."""

from collections.abc import Iterator

import pytest

from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.membership.billing.billing_club import Shop, new_shop
from tests.membership.conftest import Databases
from tests.membership.public import public_service
from tests.membership.support import NOON, Service


@pytest.fixture(scope="module")
def stripe_of_module() -> Iterator[StripeServer]:
    """Stripe, of which each test of a module has an account of its own."""
    with stripe_server(NOON) as server:
        yield server


@pytest.fixture(scope="module")
def paying_service(
    backend: str,
    databases: Databases,
    stripe_of_module: StripeServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A running service that asks it."""
    folder = tmp_path_factory.mktemp("paying")
    with public_service(backend, databases, folder, stripe_url=stripe_of_module.url) as service:
        yield service


@pytest.fixture
def shop(paying_service: Service, stripe_of_module: StripeServer) -> Shop:
    """A club of this test's own that takes payments through Stripe."""
    return new_shop(paying_service, stripe_of_module)
