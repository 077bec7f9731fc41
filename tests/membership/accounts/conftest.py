"""A service for the tests of accounts that are not about its passwords."""

from collections.abc import Iterator

import pytest

from tests.membership.accounts.staff.conftest import cheap_app
from tests.membership.conftest import Databases
from tests.membership.support import Service, running_service


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service that hashes passwords cheaply, shared by the tests of a module."""
    settings = databases.new(backend, tmp_path_factory.mktemp("data"))
    with running_service(settings, cheap_app) as service:
        yield service
