"""Routes for operators; they do not depend on an organization."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel

from api_client.messages.scan import FieldFault
from membership.base.version import service_version
from membership.web.errors import Forbidden, Unauthorized, problem
from membership.web.hosts import on_metrics_listener

router = APIRouter(tags=["Operations"])

_METRICS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Metrics in Prometheus' text form.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


_NEED_KEY = (
    "Metrics need a key, also from the same machine: set WALLETDESK_METRICS_KEY and let the "
    "scraper send it as a bearer token, or set WALLETDESK_METRICS_PORT and read them there."
)


class Health(BaseModel):
    """Liveness and version of the service.

    ``failing`` is, by job, the number of items that background jobs postpone after failures. It is
    no reason to send requests elsewhere.
    """

    status: str
    version: str
    failing: dict[str, int] = {}


@router.get("/healthz")
async def healthz() -> Health:
    """Return that the service runs; needs no API key and no database."""
    return Health(status="ok", version=service_version())


@router.get("/readyz", response_model=Health)
async def readyz(request: Request) -> Any:
    """Return whether the service can take requests: 200, or 503 with the failing parts.

    The parts are `database`, `schema`, `storage` and `jobs`. It answers within about two seconds
    even if the database hangs, and needs no API key. `failing` is, by job, the number of postponed
    items, such as a card, a mail server, an import; see the log for the reason.
    """
    errors = await request.app.state.readiness.errors()
    if not errors:
        background = request.app.state.background
        failing = {} if background is None else background.failing.counts()
        return Health(status="ready", version=service_version(), failing=failing)
    fields = tuple(FieldFault(field=each.part, message=each.message) for each in errors)
    detail = " ".join(f"{each.part}: {each.message}" for each in errors)
    return problem(503, "not_ready", detail, errors=fields, headers={"Retry-After": "5"})


@router.get("/metrics", response_class=Response, responses=_METRICS)
async def metrics(
    request: Request,
    authorization: Annotated[
        str | None,
        Header(description="`Bearer` and the setting `metrics_key`, where that is set."),
    ] = None,
) -> Response:
    """Return metrics of this process in the Prometheus text format.

    Requires the setting `metrics_key` as a bearer token, except on the listener of the setting
    `metrics_port`. 401 `metrics_key_invalid` for another key; 403 `metrics_need_key` if no key is
    set. Metrics name no organization and no person.
    """
    _check_reader(request, authorization)
    state = request.app.state
    state.metrics.backlog = await state.readiness.backlog()
    return Response(state.metrics.render(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _check_reader(request: Request, authorization: str | None) -> None:
    """Authorize a scrape: by its listener, or by the metrics key."""
    if on_metrics_listener(request.scope):
        return
    wanted = request.app.state.settings.metrics_key
    if wanted is None:
        raise Forbidden("metrics_need_key", _NEED_KEY)
    kind, _, shown = (authorization or "").partition(" ")
    expected = wanted.get_secret_value()
    good = secrets.compare_digest(shown.strip().encode("utf-8", "replace"), expected.encode())
    if kind.lower() != "bearer" or not good:
        headers = {"WWW-Authenticate": "Bearer"}
        raise Unauthorized("metrics_key_invalid", "Send the metrics key.", headers=headers)
