"""The web application: routes, error answers and what surrounds each request."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from api_client.schemas import Problem
from membership.admission import Admission
from membership.audit.recorder import audit_changes
from membership.background import Background
from membership.cards.routes import router as cards
from membership.companies.routes import router as companies
from membership.customers.routes import router as customers
from membership.database import Database
from membership.errors import PROBLEM_TYPE, install_error_answers
from membership.keys.routes import router as keys
from membership.memberships.routes import router as memberships
from membership.middleware import BodyLimit, RequestFrame
from membership.plans.routes import router as plans
from membership.scans.routes import router as scans
from membership.settings import ServiceSettings
from membership.vault import Vault, open_vault
from membership.version import service_version

Clock = Callable[[], datetime]

_PROBLEM: dict[str, Any] = {
    "model": Problem,
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {**_PROBLEM, "description": "The request was refused."},
    "5XX": {**_PROBLEM, "description": "The service could not answer."},
}


class Health(BaseModel):
    """That the service runs, and which version."""

    status: str
    version: str


health = APIRouter(tags=["Health"])


@health.get("/healthz")
async def healthz() -> Health:
    """Tell that the service runs; needs no key and no database."""
    return Health(status="ok", version=service_version())


def system_clock() -> datetime:
    """The time that it is, in UTC."""
    return datetime.now(UTC)


def create_app(
    settings: ServiceSettings,
    database: Database,
    clock: Clock = system_clock,
    *,
    vault: Vault | None = None,
    background: Background | None = None,
) -> FastAPI:
    """Build the application on a migrated database. ``clock`` is the only source of time.

    Without a ``vault`` the one of the settings is opened; ``background`` are the jobs that
    run beside it, whose state readiness tells.
    """
    app = FastAPI(
        title="Membership service",
        version=service_version(),
        summary="Who is a member of what, and what a scanned card says about it.",
        responses=_RESPONSES,
        # The interactive page would be fetched from elsewhere; the description itself is served.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.admission = Admission(settings)
    app.state.clock = clock
    app.state.vault = vault or open_vault(settings)
    app.state.background = background
    audit_changes(database.writers)
    install_error_answers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(RequestFrame)
    for router in (health, scans, customers, companies, plans, memberships, cards, keys):
        app.include_router(router)
    return app
