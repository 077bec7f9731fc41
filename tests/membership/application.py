"""Applications for tests: those of one process share what FastAPI makes of their routes.

To build the routes of a feature takes as long as a dozen requests, and most tests start a service
of their own. Nothing in a route belongs to one application: its settings, database and clock are
in the application's state. ``tests/membership/web/test_lazy_routes.py`` builds routes anew.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts

from membership.app import create_app
from membership.base.clock import system_clock
from membership.base.settings import ServiceSettings
from membership.store.database import Database, open_database
from membership.web.lazy_routes import BuiltRoutes, LazilyRouted
from tests.membership.every_route import Document, document_of

_BUILT: BuiltRoutes = {}


def new_app(
    settings: ServiceSettings,
    database: Database,
    clock: Callable[[], Any] = system_clock,
    **more: Any,
) -> LazilyRouted:
    """An application on a migrated database; ``more`` is what ``create_app`` takes."""
    return create_app(settings, database, clock, built=_BUILT, **more)


@cache
def api_document() -> Document:
    """The application's description of its routes, which is the same with all settings."""
    with TemporaryDirectory() as folder:
        settings = ServiceSettings(data_dir=Path(folder))
        database = open_database(settings)
        try:
            return document_of(new_app(settings, database))
        finally:
            database.engine.dispose()


@cache
def api_app_routes() -> tuple[APIRoute, ...]:
    """All routes that FastAPI answers, those that the description leaves out included."""
    with TemporaryDirectory() as folder:
        settings = ServiceSettings(data_dir=Path(folder))
        database = open_database(settings)
        try:
            app = new_app(settings, database)
            contexts = iter_route_contexts(app.routes)
            routes = (each.original_route for each in contexts)
            return tuple(each for each in routes if isinstance(each, APIRoute))
        finally:
            database.engine.dispose()
