"""Routers that are loaded when they are needed answer as if they had been there from the start."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from membership.app import create_app
from membership.base.settings import ServiceSettings
from membership.routers import ROUTERS
from membership.store.database import Database, open_database
from membership.web.lazy_routes import BuiltRoutes, LazilyRouted, LazyRouter, RouteLoader
from tests.membership.conftest import SQLITE, Databases

LATER_ROUTERS = tuple(each for each in ROUTERS if isinstance(each, LazyRouter))
SEGMENTS = ("3f0f3b1e-6c0b-4d0e-9a3c-0c1f6a1f2b3c", "riverside", "1")
"""What stands for the parameters of a path: an id, a name, a number."""


@pytest.fixture(scope="module")
def database(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ServiceSettings, Database]]:
    settings = databases.new(SQLITE, tmp_path_factory.mktemp("lazy"))
    # All of it is asked without a key, more often than strangers may.
    more = {"failures_burst": 1_000_000, "phone_failures_burst": 1_000_000}
    settings = settings.model_copy(update=more)
    opened = open_database(settings)
    yield settings, opened
    opened.engine.dispose()


def routes_of(lazy: LazyRouter) -> list[APIRoute]:
    """The routes of a router."""
    return [each for each in lazy.load().routes if isinstance(each, APIRoute)]


def addresses(route: APIRoute) -> list[str]:
    """Addresses under which a route may be found, and some beside it."""
    found = []
    for value in SEGMENTS:
        path = route.path_format.format_map(dict.fromkeys(route.param_convertors, value))
        found += [path, f"{path}/", f"{path}/more"]
    return found


def names(app: LazilyRouted) -> list[tuple[str, str]]:
    """Path and methods of all routes, in their order."""
    return [
        (str(each.path), ",".join(sorted(each.methods or ())))
        for each in iter_route_contexts(app.router.routes)
    ]


@pytest.mark.parametrize("lazy", LATER_ROUTERS, ids=lambda each: each.module)
def test_the_table_names_every_path_of_a_router(lazy: LazyRouter) -> None:
    for route in routes_of(lazy):
        assert any(lazy.may_answer(path) for path in addresses(route)), route.path
        for path in addresses(route):
            assert lazy.may_answer(path) or route.path_regex.match(path) is None, path


def test_all_routes_stand_in_the_order_of_the_table(
    database: tuple[ServiceSettings, Database],
) -> None:
    app = create_app(*database)
    for lazy in reversed(LATER_ROUTERS):
        asyncio.run(app.prepare(addresses(routes_of(lazy)[0])[0]))
    assert app.routes == app.router.routes
    there = names(app)
    wanted = [
        (str(route.path), ",".join(sorted(route.methods or ())))
        for each in ROUTERS
        for route in (each.load() if isinstance(each, LazyRouter) else each).routes
        if isinstance(route, APIRoute)
    ]
    assert [each for each in there if not each[0].startswith("/openapi")] == wanted


async def answers(app: LazilyRouted, paths: list[str]) -> dict[tuple[str, str], Any]:
    """Status, headers of routing and code of what unknown callers are answered."""
    found = {}
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://club.example") as http:
        for path in paths:
            for method in ("GET", "DELETE"):
                answer = await http.request(method, path)
                kind = answer.headers.get("content-type", "")
                code = answer.json()["code"] if kind == "application/problem+json" else None
                headers = (answer.headers.get("allow"), answer.headers.get("location"))
                found[method, path] = (answer.status_code, code, *headers)
    return found


@pytest.fixture(scope="module")
def complete(database: tuple[ServiceSettings, Database]) -> LazilyRouted:
    """The application with all routers loaded."""
    app = create_app(*database)
    app.load_all()
    return app


@pytest.mark.parametrize("lazy", LATER_ROUTERS, ids=lambda each: each.module)
def test_a_first_request_is_answered_as_by_all_routes(
    lazy: LazyRouter, database: tuple[ServiceSettings, Database], complete: LazilyRouted
) -> None:
    paths = [addresses(route)[0] for route in routes_of(lazy)]
    paths += addresses(routes_of(lazy)[0])[1:]
    fresh: dict[tuple[str, str], Any] = {}
    built: BuiltRoutes = {}  # each application loads what it needs, of routes that are built once
    for path in dict.fromkeys(paths):
        fresh |= asyncio.run(answers(create_app(*database, built=built), [path]))
    assert fresh == asyncio.run(answers(complete, list(dict.fromkeys(paths))))
    assert {each[0] for each in fresh.values()} - {404}, "no route of it was found"


def test_a_scan_loads_no_further_router(complete: LazilyRouted, database: Any) -> None:
    app = create_app(*database)
    first = len(app.router.routes)
    assert asyncio.run(answers(app, ["/v1/scans", "/v1/desk", "/healthz", "/nothing/here"]))
    assert len(app.router.routes) == first < len(complete.router.routes)


def test_several_first_requests_at_once_load_a_router_once(database: Any) -> None:
    app = create_app(*database)

    async def ask() -> None:
        await asyncio.gather(*(app.prepare("/v1/plans") for _ in range(8)))

    first = len(app.router.routes)
    asyncio.run(ask())
    assert len(app.router.routes) == first + 1


def test_a_router_that_cannot_be_imported_is_a_fault_each_time_and_no_other_waits() -> None:
    app = LazilyRouted()
    app.add_routers((LazyRouter("membership.nothing", ("/broken/**",)),))

    @app.get("/whole")
    async def whole() -> str:
        return "here"

    app.add_middleware(RouteLoader, routed=app)
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError, match="nothing"):
            asyncio.run(answers(app, ["/broken/thing"]))
    assert asyncio.run(answers(app, ["/whole"]))["GET", "/whole"][0] == 200


def test_routes_that_are_added_later_stay_behind_those_of_the_table(database: Any) -> None:
    app = create_app(*database)

    @app.get("/last")
    async def last() -> str:
        return "here"

    asyncio.run(app.prepare("/v1/plans"))
    assert names(app)[-1] == ("/last", "GET")
    assert asyncio.run(answers(app, ["/last"]))["GET", "/last"][0] == 200
