"""The account: its settings, its portal, its webhooks, and its stored events."""

import secrets

from tests.fakes.stripe import catalog, checkout
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.refusals import Refused, missing, not_faked
from tests.fakes.stripe.shapes import Thing, thing

ACCOUNT_ID = "acct_1Club00000000001"
_KEPT = 30 * 24 * 3600
"""Events can be asked for for 30 days."""


def account(ledger: Ledger, form: Form, _: str) -> Thing:
    """Return the account of the API key."""
    policy = ledger.policy
    return thing(
        "account",
        id=ACCOUNT_ID,
        business_profile={"name": policy.name},
        charges_enabled=policy.charges_enabled,
        country=policy.country,
        default_currency=policy.currency,
        details_submitted=True,
        email="club@club.example",
        payouts_enabled=policy.charges_enabled,
        settings={"dashboard": {"display_name": policy.name, "timezone": "Europe/Berlin"}},
        type="standard",
    )


def open_portal(ledger: Ledger, form: Form) -> Thing:
    """Return a session of the portal, in which customers see and cancel subscriptions.

    Raises Refused without a customer or a configuration, and for flows that the fake does not
    support.
    """
    if "customer" not in form:
        raise Refused("Missing required param: customer.", "parameter_missing", "customer")
    customer = checkout.live_customer(ledger, form["customer"])
    given = form.get("configuration")
    known = ledger.all("billing_portal.configuration")
    if not known:
        told = (
            "No configuration provided and your test mode default configuration has not been "
            "created. Provide a configuration or create your default by saving your customer "
            "portal settings in test mode."
        )
        raise Refused(told)
    used = (
        ledger.get("billing_portal.configuration", given, "configuration", 400)
        if given
        else known[0]
    )
    flow = form.get("flow_data")
    if flow and flow["type"] != "payment_method_update":
        raise not_faked(f"the portal flow {flow['type']}")
    session_id = new_id("billing_portal.session")
    return ledger.make(
        "billing_portal.session",
        id=session_id,
        configuration=used["id"],
        customer=customer["id"],
        flow=flow and {**flow, "after_completion": {"type": "portal_homepage"}},
        locale=form.get("locale"),
        return_url=form.get("return_url"),
        url=f"{ledger.url}/p/session/{session_id}",
    )


def configure_portal(ledger: Ledger) -> None:
    """Set the club's options of the portal: invoices, cards, and cancelling at the period's end."""
    ledger.make(
        "billing_portal.configuration",
        active=True,
        business_profile={},
        features={
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": True},
            "payment_method_update": {"enabled": True},
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": True,
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_pause": {"duration": {"type": "indefinite"}, "enabled": False},
            "subscription_update": {
                "default_allowed_updates": [],
                "enabled": False,
                "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        is_default=True,
        login_page={"enabled": False},
        updated=ledger.seconds,
    )


def _check_endpoint(form: Form) -> None:
    if "url" in form and not form["url"].startswith(("https://", "http://")):
        told = "Invalid URL: An explicit scheme (such as https) must be provided."
        raise Refused(told, "url_invalid", "url")
    if "enabled_events" in form and not form["enabled_events"]:
        raise Refused("You must provide at least one event.", param="enabled_events")


def create_endpoint(ledger: Ledger, form: Form) -> Thing:
    """Return a new webhook endpoint. Its secret is returned only here.

    The first one has the secret that the fake was started with.
    """
    _check_endpoint(form)
    made = ledger.make(
        "webhook_endpoint",
        api_version=form.get("api_version"),
        description=form.get("description") or None,
        enabled_events=form["enabled_events"],
        metadata=form.get("metadata") or {},
        status="enabled",
        url=form["url"],
    )
    secret = ledger.secrets[0] if not ledger.secrets[1:] else f"whsec_{secrets.token_hex(16)}"
    ledger.secrets.append(secret)
    return {**made, "secret": secret}


def update_endpoint(ledger: Ledger, endpoint: Thing, form: Form) -> Thing:
    """Change URL or events of an endpoint, or disable or enable it; return it."""
    _check_endpoint(form)
    endpoint.update({name: form[name] for name in ("url", "enabled_events") if name in form})
    if "description" in form:
        endpoint["description"] = form["description"] or None
    if "disabled" in form:
        endpoint["status"] = "disabled" if form["disabled"] else "enabled"
    catalog.merged(endpoint, form)
    return endpoint


def delete_endpoint(ledger: Ledger, form: Form, endpoint_id: str) -> Thing:
    """Delete an endpoint and return the deleted object; no more events are sent there."""
    ledger.get("webhook_endpoint", endpoint_id)
    del ledger.things[endpoint_id]
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}


def events(ledger: Ledger, form: Form) -> list[Thing]:
    """Return the events of the last 30 days by type, oldest first. Raises Refused for bad types."""
    types = form.get("types")
    if types and "type" in form:
        raise Refused("You may only specify one of these parameters: type, types.", param="types")
    if len(types or []) > 20:
        raise Refused("You may only specify up to 20 types.", param="types")
    only = [form["type"]] if "type" in form else types
    return [
        each
        for each in ledger.events
        if each["created"] >= ledger.seconds - _KEPT
        and (only is None or any(_matches(each["type"], one) for one in only))
    ]


def _matches(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith("*") and kind.startswith(wanted[:-1]))


def event(ledger: Ledger, form: Form, event_id: str) -> Thing:
    """Return an event of the last 30 days. Raises Refused for an older one."""
    for each in events(ledger, {}):
        if each["id"] == event_id:
            return each
    raise missing("event", event_id, "id")
