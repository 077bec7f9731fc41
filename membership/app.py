"""The web application: routes, error answers and what surrounds each request."""

import time
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from api_client.messages.scan import Problem
from membership.accounts.keys.routes import router as keys
from membership.accounts.staff.page import router as staff_page
from membership.accounts.staff.routes import router as staff
from membership.accounts.staff.session_routes import router as staff_sessions
from membership.base.clock import Clock, system_clock
from membership.base.settings import ServiceSettings
from membership.base.vault import Vault, open_vault
from membership.base.version import service_version
from membership.billing.desk.routes import router as billing
from membership.billing.inbox.routes import router as billing_events
from membership.billing.inbox.webhook_routes import router as stripe_webhook
from membership.billing.orders.invoice_routes import router as billing_invoices
from membership.billing.orders.routes import router as billing_orders
from membership.billing.stripe.routes import router as stripe_account
from membership.checkin.access_checks.customer_permission_routes import (
    router as customer_permissions,
)
from membership.checkin.access_checks.routes import router as access_checks
from membership.checkin.scans.routes import router as scans
from membership.data.exports.routes import router as exports
from membership.data.imports.routes import router as imports
from membership.data.privacy.routes import router as personal
from membership.events.audit.recorder import audit_changes
from membership.events.audit.routes import router as audit
from membership.events.webhooks.routes import router as events
from membership.members.companies.routes import router as companies
from membership.members.customers.merge_routes import router as duplicates
from membership.members.customers.routes import router as customers
from membership.members.memberships.routes import router as memberships
from membership.members.organization.routes import router as organization
from membership.members.plans.routes import router as plans
from membership.operations.metrics import Metrics
from membership.operations.readiness import Readiness
from membership.operations.routes import router as operations
from membership.portal.card_page.card_routes import router as card_handing
from membership.portal.card_page.routes import router as install
from membership.portal.login.routes import router as login
from membership.portal.member.customer_billing_routes import router as own_billing
from membership.portal.member.files import router as own_files
from membership.portal.member.page_routes import router as own_page
from membership.portal.member.routes import router as own_things
from membership.portal.member.session_routes import router as own_sessions
from membership.portal.signup.join_routes import router as joining
from membership.portal.signup.key_routes import router as signup_keys
from membership.portal.signup.page_routes import router as signup_page
from membership.portal.signup.routes import router as signup
from membership.portal.signup.token_routes import router as signup_tokens
from membership.store.background import Background
from membership.store.database import Database
from membership.wallet.apple.web_service.routes import router as apple_service
from membership.wallet.cards.routes import router as cards
from membership.wallet.designs.card_preview import router as card_previews
from membership.wallet.designs.image_routes import router as card_images
from membership.wallet.designs.routes import router as card_designs
from membership.wallet.google.pictures import router as google_pictures
from membership.wallet.issuers.routes import router as wallets
from membership.wallet.updates.organization_changes import follow_organizations
from membership.web.concurrency import Admission
from membership.web.errors import PROBLEM_TYPE, install_error_answers
from membership.web.middleware import BodyLimit, RequestFrame
from membership.web.openapi import DESCRIPTION, DescribedApi, tag_descriptions
from membership.web.passwords import Passwords
from membership.web.rate_limit import Limits

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
    billing_events,
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
    follow_organizations(database.writers)
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
