"""Long keys take seconds to judge: meanwhile the desk scans, on a database with one writer too."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.portal.site_login.jwks import LONG_KEYS
from membership.store.database import Database
from membership.web.concurrency import ConcurrencyLimiter
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.site_login.sites import add_keys, good_claims, show, unsigned
from tests.membership.portal.site_login.test_soundness import MERSENNE, MODULUS, rsa_jwk
from tests.membership.support import TIMEOUT, Clock, Service, running_service

LONG = rsa_jwk(MODULUS * MERSENNE)
"""A key of 4251 bits, which nothing is wrong with."""


@dataclass
class Running:
    """A service, and its limits of concurrency."""

    service: Service
    built: list[FastAPI] = field(default_factory=list)

    def judging(self) -> bool:
        """Whether a request judges a long key, or waits for it."""
        concurrency: ConcurrencyLimiter = self.built[0].state.concurrency
        return concurrency._long_keys.taken > 0


@pytest.fixture(scope="module")
def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    built: list[FastAPI] = []

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        built.append(new_app(settings, database, clock))
        return built[0]

    with running_service(databases.new(SQLITE, tmp_path_factory.mktemp("data")), build) as service:
        yield Running(service, built)


def add(service: Service) -> requests.Response:
    """The club gives a long key."""
    return add_keys(service, LONG)


def log_in(service: Service) -> requests.Response:
    """Somebody shows a token that names it, of a process that has not judged it yet."""
    head = {"alg": "RS256", "typ": "JWT", "kid": LONG["kid"]}
    return show(service, unsigned(head, good_claims(service)) + "AAAA")


@pytest.mark.parametrize(
    ("act", "status"), [(add, 201), (log_in, 401)], ids=["a key is added", "a token is shown"]
)
def test_the_desk_scans_while_a_long_key_is_judged(
    running: Running, act: Callable[[Service], requests.Response], status: int
) -> None:
    service = running.service.fresh()
    assert service.call("PUT", "/v1/signup", json={"open": True}).status_code == 200
    if act is log_in:
        assert add(service).status_code == 201
    code = service.card(service.customer())["code"]
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(act(service)))
    with LONG_KEYS:  # as another one that takes as long as it takes
        thread.start()
        deadline = time.monotonic() + TIMEOUT
        while not running.judging():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        assert service.scan(code)
        assert answers == []
    thread.join()
    assert [each.status_code for each in answers] == [status]
