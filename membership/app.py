"""The web application: routers, error handlers and middleware."""

import time
from collections.abc import Callable
from typing import Any

from fastapi import Depends

from api_client.messages.scan import Problem
from membership.base.clock import Clock, system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, open_vault
from membership.base.version import service_version
from membership.events.audit.recorder import audit_changes
from membership.operations.metrics import Metrics
from membership.operations.readiness import Readiness
from membership.routers import ROUTERS
from membership.store.background import Background
from membership.store.database import Database
from membership.wallet.updates.organization_changes import follow_organizations
from membership.web.concurrency import ConcurrencyLimiter
from membership.web.connections import Connections
from membership.web.errors import PROBLEM_TYPE, add_error_handlers
from membership.web.fast_path import fast_threads
from membership.web.hosts import HostGuard
from membership.web.key_uses import KeyUses
from membership.web.lazy_routes import BuiltRoutes, LazilyRouted, LazyRouter, RouteLoader
from membership.web.methods import Methods
from membership.web.middleware import BodyLimit, RequestFrame
from membership.web.openapi import DESCRIPTION, DescribedApi, tag_descriptions
from membership.web.openapi_clients import operation_id
from membership.web.outbound import OutboundCalls
from membership.web.passwords import Passwords
from membership.web.rate_limit import RateLimiter
from membership.web.repeated_names import refuse_repeated_names
from membership.web.slashes import SlashFallback
from membership.web.unknown_fields import refuse_unknown_body, refuse_unknown_query

_PROBLEM: dict[str, Any] = {
    "model": Problem,
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {**_PROBLEM, "description": "The request was refused."},
    "5XX": {**_PROBLEM, "description": "The service could not answer."},
}


def create_app(
    settings: ServiceSettings,
    database: Database,
    clock: Clock = system_clock,
    *,
    vault: Vault | None = None,
    background: Background | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    built: BuiltRoutes | None = None,
) -> LazilyRouted:
    """Create the application on a migrated database.

    ``clock`` returns the present instant; ``monotonic`` seconds, for durations. Without a
    ``vault`` that of the settings is opened. ``background`` runs the jobs whose state readiness
    and metrics report. Applications of one process that are given the same ``built`` build each
    route once.
    """
    app = DescribedApi(
        built=built,
        described_webhooks=LazyRouter("membership.events.webhooks.described", ()),
        title="Membership service",
        version=service_version(),
        summary="Who is a member of what, and what a scanned card says about it.",
        description=DESCRIPTION,
        openapi_tags=tag_descriptions(),
        responses=_RESPONSES,
        generate_unique_id_function=operation_id,
        dependencies=[
            Depends(refuse_unknown_query),
            Depends(refuse_unknown_body),
            Depends(refuse_repeated_names),
        ],
        # The interactive pages load scripts from a CDN; only the description itself is served.
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.concurrency = ConcurrencyLimiter(settings)
    app.state.fast_threads = fast_threads(settings)
    app.state.outbound = OutboundCalls(settings.outbound_timeout_seconds)
    app.state.key_uses = KeyUses(database)
    app.state.clock = clock
    app.state.vault = vault or open_vault(settings)
    app.state.background = background
    app.state.passwords = Passwords()
    audit_changes(database.writers)
    follow_organizations(database.writers)
    add_error_handlers(app)
    _add_operations(app, monotonic)
    app.add_routers(ROUTERS)
    return app


def _add_operations(app: LazilyRouted, monotonic: Callable[[], float]) -> None:
    """Add middleware for limits and metrics, and the checks of readiness."""
    state = app.state
    settings: ServiceSettings = state.settings
    state.metrics = Metrics(state.database, state.concurrency, state.background, state.outbound)
    state.metrics_address = None
    state.connections = Connections.of(settings)
    state.readiness = Readiness(
        state.database,
        state.concurrency,
        state.background,
        clock=state.clock,
        least_free_bytes=settings.least_free_bytes,
        monotonic=monotonic,
    )
    app.router.redirect_slashes = False
    app.router.default = SlashFallback(app.router, settings)
    app.add_middleware(Methods, router=app.router)
    app.add_middleware(RouteLoader, routed=app)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(HostGuard, settings=settings)
    app.add_middleware(
        RequestFrame,
        limiter=RateLimiter(settings, monotonic),
        metrics=state.metrics,
        settings=settings,
    )
