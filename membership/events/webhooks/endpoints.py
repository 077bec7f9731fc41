"""Webhook endpoints: listed, created, changed, deleted, and their secrets rotated."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.events.types import EventType
from membership.events.webhooks.line import OUT_OF_LINE, count_aside
from membership.events.webhooks.schemas import (
    CreatedWebhook,
    NewWebhook,
    RotatedSecret,
    Rotation,
    WebhookChange,
    WebhookList,
    WebhookView,
)
from membership.events.webhooks.signing import new_secret, shown_secret
from membership.events.webhooks.url_policy import UrlPolicy, UrlRefused
from membership.store.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from membership.web.access import Call
from membership.web.errors import Conflict, Invalid, NotFound

MOST_WEBHOOKS = 20
"""Webhooks of one organization: every event is stored once for each."""


def refused_url(policy: UrlPolicy, url: str) -> Invalid | None:
    """Return why the policy does not allow a new URL, or None if it does.

    Resolving its host may take seconds: to be called before a transaction is opened.
    """
    try:
        policy.checked(url, new=True)
    except UrlRefused as error:
        return Invalid(error.code, "body.url", str(error))
    return None


def get_endpoint(call: Call, webhook_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """Load a webhook; ``lock`` keeps results of deliveries waiting. Raises NotFound."""
    wanted = select(WebhookEndpoint).where(
        WebhookEndpoint.organization_id == call.tenant.id,
        WebhookEndpoint.id == webhook_id,
        WebhookEndpoint.deleted_at.is_(None),
    )
    found = call.session.scalar(wanted.with_for_update(key_share=True) if lock else wanted)
    if found is None:
        raise NotFound("webhook_not_found", "There is no such webhook.")
    return found


def list_endpoints(call: Call, policy: UrlPolicy) -> WebhookList:
    """The organization's webhooks, oldest first."""
    rows = call.session.scalars(
        select(WebhookEndpoint)
        .where(
            WebhookEndpoint.organization_id == call.tenant.id,
            WebhookEndpoint.deleted_at.is_(None),
        )
        .order_by(WebhookEndpoint.created_at, WebhookEndpoint.id)
    )
    aside = count_aside(call.session, call.tenant.id)
    return WebhookList(
        items=tuple(endpoint_view(row, policy, aside.get(row.id, 0)) for row in rows)
    )


def create_endpoint(call: Call, new: NewWebhook, vault: Vault, policy: UrlPolicy) -> CreatedWebhook:
    """Create a webhook with a secret. Raises Conflict if there are too many."""
    count = call.session.scalar(
        select(func.count()).where(
            WebhookEndpoint.organization_id == call.tenant.id,
            WebhookEndpoint.deleted_at.is_(None),
        )
    )
    if (count or 0) >= MOST_WEBHOOKS:
        detail = f"An organization has at most {MOST_WEBHOOKS} webhooks."
        raise Conflict("too_many_webhooks", detail)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        organization_id=call.tenant.id,
        id=uuid4(),
        url=new.url,
        description=new.description,
        event_types=_stored(new.types),
        secret=vault.seal(secret),
        disabled_at=None if new.enabled else call.now,
        created_at=call.now,
    )
    call.session.add(endpoint)
    call.session.flush()
    view = endpoint_view(endpoint, policy)
    return CreatedWebhook(**view.model_dump(), secret=shown_secret(secret))


def change_endpoint(
    call: Call,
    webhook_id: UUID,
    change: WebhookChange,
    policy: UrlPolicy,
    refused: Invalid | None = None,
) -> WebhookView:
    """Set the fields that were sent. Raises NotFound, and ``refused`` if the URL is another one.

    Pending deliveries stay pending, whatever types are wanted from now on; a new URL is tried
    at once.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    sent = change.model_fields_set
    if "description" in sent:
        endpoint.description = change.description
    if "types" in sent:
        endpoint.event_types = _stored(change.types)
    if "url" in sent and change.url != endpoint.url:
        if refused is not None:
            raise refused
        endpoint.url = change.url
        endpoint.next_attempt_at = endpoint.failing_since = None
    if "enabled" in sent:
        _switch(call, endpoint, on=change.enabled)
    call.session.flush()
    return show_endpoint(call, endpoint, policy)


def _switch(call: Call, endpoint: WebhookEndpoint, *, on: bool) -> None:
    """Enable or disable a webhook; again changes nothing."""
    if on == (endpoint.disabled_at is None):
        return
    endpoint.disabled_at = None if on else call.now
    endpoint.disabled_why = None
    endpoint.next_attempt_at = endpoint.failing_since = None
    if not on:
        bury_pending(call.session, endpoint, call.now)


def delete_endpoint(call: Call, webhook_id: UUID, vault: Vault) -> None:
    """Delete a webhook: hidden and disabled at once, purged later. Raises NotFound.

    The row stays for a while: an event that is just being stored may refer to it.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    endpoint.deleted_at = call.now
    endpoint.disabled_at = endpoint.disabled_at or call.now
    endpoint.secret, endpoint.former_secret = vault.seal(b""), None
    call.session.flush()


def rotate_secret(call: Call, webhook_id: UUID, how: Rotation, vault: Vault) -> RotatedSecret:
    """Replace a webhook's secret; the former one signs too for a while. Raises NotFound.

    A secret before that is dropped at once: there are never more than two.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    secret = new_secret()
    overlap = timedelta(hours=how.overlap_hours)
    endpoint.former_secret = endpoint.secret if overlap else None
    endpoint.former_secret_until = call.now + overlap if overlap else None
    endpoint.secret = vault.seal(secret)
    call.session.flush()
    return RotatedSecret(
        secret=shown_secret(secret), former_secret_until=endpoint.former_secret_until
    )


def bury_pending(session: Session, endpoint: WebhookEndpoint, now: datetime) -> int:
    """Make all pending deliveries of an endpoint dead; returns how many."""
    done = session.connection().execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organization_id == endpoint.organization_id,
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == literal_column("'pending'"),
        )
        .values(state=DeliveryState.DEAD, dead_at=now, **OUT_OF_LINE)
    )
    return done.rowcount


def show_endpoint(call: Call, row: WebhookEndpoint, policy: UrlPolicy) -> WebhookView:
    """Show a webhook with the number of its deliveries that are set aside."""
    return endpoint_view(row, policy, count_aside(call.session, call.tenant.id).get(row.id, 0))


def endpoint_view(row: WebhookEndpoint, policy: UrlPolicy, set_aside: int = 0) -> WebhookView:
    """Show a webhook, with a warning about a port that a new one might not have."""
    problem = policy.port_problem(row.url)
    return WebhookView(
        id=row.id,
        url=row.url,
        types=tuple(EventType(each) for each in row.event_types),
        description=row.description,
        enabled=row.disabled_at is None,
        disabled_at=row.disabled_at,
        disabled_why=row.disabled_why,
        warning=None if problem is None else f"Its URL {problem}.",
        failing_since=row.failing_since,
        next_attempt_at=row.next_attempt_at,
        set_aside=set_aside,
        former_secret_until=row.former_secret_until,
        created_at=row.created_at,
    )


def _stored(types: tuple[EventType, ...]) -> list[str]:
    """Wanted types as they are stored: each once, in the order of the list of types."""
    return [each.value for each in EventType if each in types]
