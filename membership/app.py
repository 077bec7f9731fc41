"""The web application: routes, error answers and what surrounds each request."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from api_client.schemas import Problem
from membership.access_checks.routes import router as access_checks
from membership.admission import Admission
from membership.apple_service.routes import router as apple_service
from membership.audit.recorder import audit_changes
from membership.audit.routes import router as audit
from membership.background import Background
from membership.billing.invoice_routes import router as billing_invoices
from membership.billing.order_routes import router as billing_orders
from membership.billing.own_routes import router as own_billing
from membership.billing.routes import router as billing
from membership.billing.stripe_routes import router as stripe_account
from membership.billing.webhook_routes import router as stripe_webhook
from membership.cards.routes import router as cards
from membership.companies.routes import router as companies
from membership.customers.merge_routes import router as duplicates
from membership.customers.permission_routes import router as customer_permissions
from membership.customers.routes import router as customers
from membership.database import Database
from membership.designs.card_preview import router as card_previews
from membership.designs.image_routes import router as card_images
from membership.designs.routes import router as card_designs
from membership.errors import PROBLEM_TYPE, install_error_answers
from membership.events.routes import router as events
from membership.exports.routes import router as exports
from membership.identities.routes import router as wallets
from membership.imports.routes import router as imports
from membership.install.card_routes import router as card_handing
from membership.install.routes import router as install
from membership.keys.routes import router as keys
from membership.limits import Limits
from membership.login.routes import router as login
from membership.me.files import router as own_files
from membership.me.page_routes import router as own_page
from membership.me.routes import router as own_things
from membership.me.session_routes import router as own_sessions
from membership.memberships.routes import router as memberships
from membership.middleware import BodyLimit, RequestFrame
from membership.openapi import DESCRIPTION, DescribedApi, tag_descriptions
from membership.operations.metrics import Metrics
from membership.operations.readiness import Readiness
from membership.operations.routes import router as operations
from membership.organization.routes import router as organization
from membership.personal.routes import router as personal
from membership.plans.routes import router as plans
from membership.scans.routes import router as scans
from membership.settings import ServiceSettings
from membership.signup.join_routes import router as joining
from membership.signup.key_routes import router as signup_keys
from membership.signup.page_routes import router as signup_page
from membership.signup.routes import router as signup
from membership.signup.token_routes import router as signup_tokens
from membership.staff.page import router as staff_page
from membership.staff.passwords import Passwords
from membership.staff.routes import router as staff
from membership.staff.session_routes import router as staff_sessions
from membership.vault import Vault, open_vault
from membership.version import service_version
from membership.wallet.google_pictures import router as google_pictures

Clock = Callable[[], datetime]

_PROBLEM: dict[str, Any] = {
    "model": Problem,
    "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {**_PROBLEM, "description": "The request was refused."},
    "5XX": {**_PROBLEM, "description": "The service could not answer."},
}


_ROUTERS = (
    scans,
    access_checks,
    customer_permissions,
    operations,
    duplicates,
    customers,
    personal,
    companies,
    plans,
    memberships,
    billing,
    billing_orders,
    billing_invoices,
    stripe_account,
    stripe_webhook,
    organization,
    cards,
    card_previews,
    card_images,
    card_designs,
    wallets,
    keys,
    staff_sessions,
    staff,
    staff_page,
    audit,
    events,
    imports,
    exports,
    card_handing,
    apple_service,
    google_pictures,
    signup,
    signup_keys,
    login,
    signup_tokens,
    joining,
    own_billing,
    own_sessions,
    own_things,
    own_files,
    own_page,
    signup_page,
    install,  # last: its paths begin with any name
)
"""Routes of every feature; each request tries them in turn, so those asked most are first."""


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
    monotonic: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """Build the application on a migrated database. ``clock`` is the only source of time;
    ``monotonic`` counts seconds for what is only measured.

    Without a ``vault`` the one of the settings is opened; ``background`` are the jobs that
    run beside it, whose state readiness tells.
    """
    app = DescribedApi(
        title="Membership service",
        version=service_version(),
        summary="Who is a member of what, and what a scanned card says about it.",
        description=DESCRIPTION,
        openapi_tags=tag_descriptions(),
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
    app.state.passwords = Passwords()
    audit_changes(database.writers)
    install_error_answers(app)
    _add_operations(app, monotonic)
    for router in _ROUTERS:
        app.include_router(router)
    return app


def _add_operations(app: FastAPI, monotonic: Callable[[], float]) -> None:
    """Surround requests with limits and metrics, and prepare what readiness asks."""
    state = app.state
    settings: ServiceSettings = state.settings
    state.metrics = Metrics(state.database, state.admission, state.background)
    state.readiness = Readiness(
        state.database,
        state.admission,
        state.background,
        clock=state.clock,
        least_free_bytes=settings.least_free_bytes,
        monotonic=monotonic,
    )
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(RequestFrame, limits=Limits(settings, monotonic), metrics=state.metrics)
