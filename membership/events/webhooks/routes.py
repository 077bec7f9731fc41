"""Routes of webhooks and events."""

from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlalchemy.orm import Session

from membership.base.scopes import Scope
from membership.events import history
from membership.events.types import EventType
from membership.events.webhooks import dead_letters, endpoints
from membership.events.webhooks.delivery import sender_of
from membership.events.webhooks.schemas import (
    CreatedWebhook,
    DeliveryPage,
    DeliveryView,
    EventPage,
    NewWebhook,
    Replayed,
    RotatedSecret,
    Rotation,
    Trial,
    WebhookChange,
    WebhookList,
    WebhookView,
)
from membership.events.webhooks.trial_delivery import SignedTest, sign_test_delivery
from membership.events.webhooks.url_policy import UrlPolicy
from membership.store.models import DeliveryState
from membership.web.access import Call, Caller, allows, reads, writes
from membership.web.errors import Busy, Invalid
from membership.web.outbound import Neighbour, NeighbourBusy
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.preconditions import InCondition, InShown, strong_etag
from membership.web.transactions import InTransactions

router = APIRouter(tags=["Webhooks"])

_WEBHOOKS = "/v1/webhooks"
_ONE = _WEBHOOKS + "/{webhook_id}"
_Allowed = Annotated[Caller, allows(Scope.WEBHOOKS_WRITE)]
_Reading = Annotated[Call, reads(Scope.WEBHOOKS_WRITE)]
_Writing = Annotated[Call, writes(Scope.WEBHOOKS_WRITE)]


def _no_repeat(
    idempotency_key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="Refused: see above.", deprecated=True),
    ] = None,
) -> None:
    """Raise Invalid for an idempotency key: the response holds a secret and is not stored."""
    if idempotency_key is not None:
        detail = "A secret is returned once and its answer is not kept, so this cannot be repeated."
        raise Invalid("idempotency_key_refused", "header.Idempotency-Key", detail)


async def _check_new_url(new: NewWebhook, caller: _Allowed, transactions: InTransactions) -> None:
    """Check a new webhook's URL before a transaction is opened. Raises Invalid, Busy."""
    refused = await _refused_url(transactions, caller, new.url)
    if refused is not None:
        raise refused


async def _check_changed_url(
    change: WebhookChange, caller: _Allowed, transactions: InTransactions
) -> Invalid | None:
    """Check a changed URL before a transaction is opened.

    Returns why it is refused for its port, which one that stays as it was is not. Raises Invalid,
    Busy.
    """
    if "url" not in change.model_fields_set:
        return None
    refused = await _refused_url(transactions, caller, change.url)
    if refused is not None and refused.code != "url_port":
        raise refused
    return refused


async def _refused_url(transactions: InTransactions, caller: Caller, url: str) -> Invalid | None:
    """Return why a URL is refused, whose host is resolved, or None. Raises Busy."""
    check = partial(endpoints.refused_url, sender_of(transactions.settings).policy, url)
    return await transactions.call_outbound(Neighbour.WEBHOOKS, caller.tenant.id, check)


def _policy(request: Request) -> UrlPolicy:
    """Return which URLs the settings allow."""
    return sender_of(request.app.state.settings).policy


@router.get(_WEBHOOKS)
def list_webhooks(request: Request, call: _Reading) -> WebhookList:
    """List the organization's webhooks with their delivery state, oldest first."""
    return endpoints.list_endpoints(call, _policy(request))


@router.post(_WEBHOOKS, status_code=201, dependencies=[Depends(_no_repeat)])
def create_webhook(
    request: Request,
    new: NewWebhook,
    _checked: Annotated[None, Depends(_check_new_url)],
    call: _Writing,
) -> CreatedWebhook:
    """Create a webhook: from now on, events of its types are posted to its URL.

    The body is `{"type", "timestamp", "data"}`, signed according to Standard Webhooks (headers
    `webhook-id`, `webhook-timestamp`, `webhook-signature`). The secret is returned only in this
    response. `Idempotency-Key` is not supported: repeating the response would require storing the
    secret. If the response is lost, delete the webhook, or rotate its secret.

    Errors: 422 `url_scheme`, `url_malformed`, `url_not_public`, `url_port`, `url_unresolved` for a
    URL that is not allowed; 409 `too_many_webhooks` from 20 on.
    """
    return endpoints.create_endpoint(call, new, request.app.state.vault, _policy(request))


def _etag(view: WebhookView) -> str:
    """Return the ETag of what can be edited of a webhook."""
    return strong_etag(view, "id", *sorted(WebhookChange.model_fields))


def _locked_etag(request: Request, call: Call, webhook_id: UUID) -> str:
    """Return the ETag of a webhook, locked. Raises NotFound."""
    row = endpoints.get_endpoint(call, webhook_id, lock=True)
    return _etag(endpoints.endpoint_view(row, _policy(request)))


@router.get(_ONE)
def get_webhook(request: Request, webhook_id: UUID, call: _Reading, shown: InShown) -> WebhookView:
    """Return a webhook and its delivery state, without its secret."""
    row = endpoints.get_endpoint(call, webhook_id)
    view = endpoints.show_endpoint(call, row, _policy(request))
    return shown.show(view, _etag(view))


@router.patch(_ONE)
def change_webhook(
    *,
    request: Request,
    webhook_id: UUID,
    change: WebhookChange,
    refused: Annotated[Invalid | None, Depends(_check_changed_url)],
    call: _Writing,
    condition: InCondition,
) -> WebhookView:
    """Set the fields that are sent.

    New types apply to events from now on; queued deliveries are still sent. `enabled: false` marks
    queued deliveries as dead; `enabled: true` sends new events again. Dead deliveries are sent when
    they are replayed; events in between can be read from `/v1/events`.

    Errors: 422 as for a new webhook.
    """
    condition.require(lambda: _locked_etag(request, call, webhook_id))
    changed = endpoints.change_endpoint(call, webhook_id, change, _policy(request), refused)
    return condition.show(changed, _etag(changed))


@router.delete(_ONE, status_code=204)
def delete_webhook(
    request: Request, webhook_id: UUID, call: _Writing, condition: InCondition
) -> Response:
    """Delete a webhook and its deliveries; nothing more is sent."""
    condition.require(lambda: _locked_etag(request, call, webhook_id))
    endpoints.delete_endpoint(call, webhook_id, request.app.state.vault)
    return Response(status_code=204)


@router.post(_ONE + "/rotate-secret", dependencies=[Depends(_no_repeat)])
def rotate_secret(
    request: Request, webhook_id: UUID, how: Rotation, call: _Writing
) -> RotatedSecret:
    """Replace the secret; during the overlap both sign, and a receiver may verify with either.

    The new secret is returned only in this response, so `Idempotency-Key` is not supported. A
    second rotation within the overlap drops the oldest of the three secrets at once.
    """
    return endpoints.rotate_secret(call, webhook_id, how, request.app.state.vault)


@router.post(_ONE + "/test")
async def send_test(webhook_id: UUID, caller: _Allowed, transactions: InTransactions) -> Trial:
    """Send `webhook.test` to this webhook, disabled or not, and return the receiver's response.

    It is sent once, immediately, and is not stored as an event. Errors: 503 `tests_busy` while
    other tests are running.
    """

    def sign(session: Session, now: datetime) -> SignedTest:
        call = Call(session, caller.tenant, caller.actor, caller.scopes, now)
        return sign_test_delivery(call, webhook_id, transactions.vault)

    delivery = await transactions.read(sign)
    post = partial(delivery.post, sender_of(transactions.settings))
    try:
        return await transactions.call_outbound(Neighbour.WEBHOOKS, caller.tenant.id, post)
    except NeighbourBusy as error:
        detail = "Other webhooks are being tested; please try again."
        raise Busy("tests_busy", detail, headers=error.headers) from error


@router.get(_ONE + "/deliveries")
def list_deliveries(
    webhook_id: UUID,
    call: _Reading,
    *,
    state: Annotated[
        DeliveryState | None, Query(description="Only deliveries that have come so far.")
    ] = None,
    set_aside: Annotated[
        bool, Query(description="Only pending deliveries that are set aside.")
    ] = False,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> DeliveryPage:
    """List a webhook's deliveries, newest event first.

    `pending` ones wait or are retried, in the order of their events; `dead` ones have failed for
    good, or were skipped, and can be replayed. A pending one that failed three times is set aside:
    it is retried at times of its own, what is about the same subject waits for it, and all else
    goes on.
    """
    return dead_letters.list_deliveries(
        call, webhook_id, limit, cursor, state=state, set_aside=set_aside
    )


@router.post(_ONE + "/deliveries/replay")
def replay_deliveries(webhook_id: UUID, call: _Writing) -> Replayed:
    """Send all deliveries of a webhook again that are dead or set aside.

    Dead ones go before newer events, in the order of their events. Errors: 409 `webhook_disabled`.
    """
    return dead_letters.replay_all(call, webhook_id)


@router.post(_ONE + "/deliveries/{event_id}/replay")
def replay_delivery(webhook_id: UUID, event_id: UUID, call: _Writing) -> DeliveryView:
    """Send one delivery again that is dead or set aside, under the same `webhook-id`.

    Errors: 404 `delivery_not_found`; 409 `delivery_not_dead`, `delivery_waits` for one that waits
    for another, `webhook_disabled`.
    """
    return dead_letters.replay_one(call, webhook_id, event_id)


@router.post(_ONE + "/deliveries/{event_id}/skip")
def skip_delivery(webhook_id: UUID, event_id: UUID, call: _Writing) -> DeliveryView:
    """Give up a pending delivery, so that what waits for it is sent; it can be replayed.

    Errors: 404 `delivery_not_found`; 409 `delivery_not_pending`.
    """
    return dead_letters.skip(call, webhook_id, event_id)


@router.get("/v1/events")
def list_events(
    call: _Reading,
    types: Annotated[
        list[EventType],
        Query(
            alias="type",
            max_length=len(EventType),
            description="Only events of this type; may be given several times.",
        ),
    ] = [],  # noqa: B006 - FastAPI copies it
    after: Annotated[
        UUID | None, Query(description="Begin after this event; of no use beside a cursor.")
    ] = None,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
) -> EventPage:
    """List events, oldest first: for a receiver that was down, or that polls.

    `next_cursor` is for the next page, `resume_cursor` for events after this one; no event is ever
    inserted before it. Events are kept for 30 days by default (a setting). Errors: 404
    `event_not_found` for an `after` that was deleted.
    """
    return history.list_events(call, limit, cursor, types=types, after=after)
