"""A service that hashes passwords as cheaply as argon2 can: its cost is tested by itself."""

from collections.abc import Iterator

import pytest
from argon2.profiles import CHEAPEST
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.web.passwords import Passwords
from tests.membership.application import new_app
from tests.membership.conftest import Databases
from tests.membership.support import Clock, Service, running_service


def cheap_app(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The application, with cheap password hashes."""
    app = new_app(settings, database, clock)
    app.state.passwords = Passwords(CHEAPEST)
    return app


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service, shared by the tests of a module."""
    settings = databases.new(
        backend,
        tmp_path_factory.mktemp("data"),
        failures_per_second=0,
        trusted_proxies="127.0.0.1",
        public_url="https://club.example/desk/",
    )
    with running_service(settings, cheap_app) as service:
        yield service
