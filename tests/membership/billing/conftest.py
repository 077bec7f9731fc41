"""A service that uses a fake Stripe, and a club for each test."""

from collections.abc import Iterator

import pytest

from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.membership.billing.billing_club import BillingClub, new_club
from tests.membership.conftest import Databases
from tests.membership.public import public_service
from tests.membership.support import NOON, Service


@pytest.fixture(scope="module")
def stripe_of_module() -> Iterator[StripeServer]:
    """The fake Stripe of a module, with a new account for each test."""
    with stripe_server(NOON) as server:
        yield server


@pytest.fixture(scope="module")
def paying_service(
    backend: str,
    databases: Databases,
    stripe_of_module: StripeServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A running service that uses it."""
    folder = tmp_path_factory.mktemp("paying")
    with public_service(backend, databases, folder, stripe_url=stripe_of_module.url) as service:
        yield service


@pytest.fixture
def club(paying_service: Service, stripe_of_module: StripeServer) -> BillingClub:
    """A new club with an account at Stripe."""
    return new_club(paying_service, stripe_of_module)
