"""A service at which the public can log in."""

from collections.abc import Iterator

import pytest

from membership.store.models import SignupSettings
from tests.membership.conftest import Databases
from tests.membership.public import public_service
from tests.membership.support import Service, arranging


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    with public_service(backend, databases, tmp_path_factory.mktemp("data")) as service:
        yield service


@pytest.fixture
def club(service: Service) -> Service:
    """An organization of this test's own, open for signup."""
    return opened(service)


@pytest.fixture
def other_club(service: Service) -> Service:
    """Another one at the same service."""
    return opened(service.fresh())


def opened(service: Service) -> Service:
    """Open an organization's signup."""
    with arranging(service.database) as session:
        session.add(
            SignupSettings(
                organization_id=service.tenant.id,
                open=True,
                allowed_origins=[],
                accent="#1a5fb4",
                background="#ffffff",
                terms_url="https://club.example/terms",
                privacy_url=None,
                changed_at=service.clock(),
            )
        )
    return service
