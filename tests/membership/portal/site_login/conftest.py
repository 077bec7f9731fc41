"""A service that the public reaches, and its log."""

from collections.abc import Iterator
from io import StringIO

import pytest

from tests.membership.conftest import Databases
from tests.membership.public import public_service, written_log
from tests.membership.support import Service


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    with public_service(backend, databases, tmp_path_factory.mktemp("data")) as service:
        yield service


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What services in this process log from now on."""
    with written_log() as written:
        yield written
