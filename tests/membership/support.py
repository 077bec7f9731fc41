"""A membership service in a thread of its own, and a client that speaks to it over HTTP."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import requests
import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session

from membership.accounts.organizations import bootstrap_organization
from membership.base.actors import ATTRIBUTION, SERVICE, Attribution
from membership.base.scopes import Scope
from membership.base.settings import ServiceSettings
from membership.store.database import WRITES, Database, open_database
from membership.web.access import Tenant, mint_key
from membership.web.server import uvicorn_config
from tests.membership.application import new_app

NOON = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)
"""Noon in Berlin, where the clubs of the tests are, on an ordinary day."""

TIMEOUT = 60
"""Seconds that a request may take: more than any takes on a slow machine under load."""

_numbers = count(1)


@dataclass
class Clock:
    """The service's only source of time; tests set it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """The time that it is."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let time go by, given as for timedelta."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Service:
    """A running service and one organization in it, with a key that may do everything."""

    url: str
    settings: ServiceSettings
    database: Database
    clock: Clock
    tenant: Tenant = field(repr=False)
    key: str = field(repr=False)
    http: requests.Session = field(repr=False)

    def fresh(self, **organization: Any) -> "Service":
        """The same service with a new organization, at noon."""
        self.clock.now = NOON
        with arranging(self.database) as session:
            tenant, key = _new_organization(session, **organization)
        return replace(self, tenant=tenant, key=key)

    def key_with(self, *scopes: Scope) -> str:
        """A further key of the organization."""
        with arranging(self.database) as session:
            return mint_key(session, self.tenant.id, "test", frozenset(scopes), self.clock())[1]

    def call(
        self, method: str, path: str, *, key: str | None = None, **options: Any
    ) -> requests.Response:
        """Send one request with the organization's key, or with ``key``."""
        headers = {"Authorization": f"Bearer {key or self.key}", **options.pop("headers", {})}
        return self.http.request(
            method, self.url + path, headers=headers, timeout=TIMEOUT, **options
        )

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        return self._json(self.call("GET", path, params=params), 200)

    def post(self, path: str, body: Any = None, *, status: int = 201) -> Any:
        """The JSON of a POST that must give ``status``."""
        return self._json(self.call("POST", path, json={} if body is None else body), status)

    def patch(self, path: str, **body: Any) -> Any:
        """The JSON of a PATCH that must succeed."""
        return self._json(self.call("PATCH", path, json=body), 200)

    def _json(self, answer: requests.Response, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()

    def customer(self, given_name: str = "Amara", **fields: Any) -> str:
        """Create a customer; returns the id."""
        body = {"given_name": given_name, **fields}
        return str(self.post("/v1/customers", body)["customer"]["id"])

    def plan(self, name: str = "Gold", *permissions: str, **fields: Any) -> str:
        """Create a plan with permissions by key; returns the id."""
        named = [{"key": key, "label": key.upper()} for key in permissions]
        return str(self.post("/v1/plans", {"name": name, "permissions": named, **fields})["id"])

    def company(self, name: str = "Northwind", **fields: Any) -> str:
        """Create a company; returns the id."""
        return str(self.post("/v1/companies", {"name": name, **fields})["id"])

    def link(self, company: str, customer: str, role: str = "") -> None:
        """Link a customer to a company."""
        answer = self.call(
            "PUT", f"/v1/companies/{company}/customers/{customer}", json={"role": role}
        )
        assert answer.status_code == 204, answer.text

    def unlink(self, company: str, customer: str) -> None:
        """End a customer's link to a company."""
        answer = self.call("DELETE", f"/v1/companies/{company}/customers/{customer}")
        assert answer.status_code == 204, answer.text

    def member(self, plan: str, **fields: Any) -> str:
        """Assign a plan; returns the membership's id."""
        return str(self.post("/v1/memberships", {"plan_id": plan, **fields})["id"])

    def card(self, customer: str, label: str = "Member card") -> Any:
        """Issue a card; returns the answer with ``code`` and ``card``."""
        return self.post("/v1/cards", {"customer_id": customer, "label": label})

    def scan(self, text: str, visit_id: str | UUID | None = None, **fields: Any) -> Any:
        """Scan a text, as a visit of its own unless told otherwise; returns the answer."""
        body = {"visit_id": str(visit_id or uuid4()), "text": text, **fields}
        return self.post("/v1/scans", body, status=200)


@contextlib.contextmanager
def arranging(database: Database) -> Iterator[Session]:
    """A transaction that puts rows in place for a test: at noon, and without an audit."""
    engine = database.engine.execution_options(**{WRITES: True})
    with Session(engine, expire_on_commit=False) as session, session.begin():
        session.info[ATTRIBUTION] = Attribution(SERVICE, NOON, audited=False)
        yield session


def _new_organization(session: Any, **fields: Any) -> tuple[Tenant, str]:
    """A club in Berlin, unless told otherwise, and a key with all scopes."""
    number = next(_numbers)
    settings = {
        "name": f"Club {number}",
        "slug": f"club-{number}",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "country": "DE",
        "now": NOON,
        **fields,
    }
    tenant = bootstrap_organization(session, **settings)
    return tenant, mint_key(session, tenant.id, "everything", frozenset(Scope), NOON)[1]


@contextlib.contextmanager
def running_service(
    settings: ServiceSettings,
    build: Callable[[ServiceSettings, Database, Clock], FastAPI] = new_app,
) -> Iterator[Service]:
    """Serve a migrated database on a free port of this machine, until the block is left."""
    database, clock = open_database(settings), Clock()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn_config(build(settings, database, clock)))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        with arranging(database) as session:
            tenant, key = _new_organization(session)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with requests.Session() as http:
            http.trust_env = False  # else each request reads the environment for proxies
            yield Service(url, settings, database, clock, tenant, key, http)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
        database.engine.dispose()
