"""A service that knows its public address."""

from collections.abc import Iterator

import pytest

from tests.membership.conftest import Databases
from tests.membership.support import Service, running_service


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    settings = databases.new(
        backend,
        tmp_path_factory.mktemp("data"),
        trusted_proxies="127.0.0.1",
        public_url="https://club.example/desk/",
    )
    with running_service(settings) as service:
        yield service
