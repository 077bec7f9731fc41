"""The section ``webhooks`` of the OpenAPI description is true: real deliveries are as it says."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema_rs
import pytest

from membership.events.types import EventType
from membership.events.webhooks.event_data import DATA
from membership.members.memberships.expiry_sweeper import sweep
from membership.store.background import Work
from tests.membership.application import api_document
from tests.membership.events.audit.test_audit import (
    company_steps,
    customer_steps,
    design_steps,
    selling_steps,
)
from tests.membership.events.webhooks.receiver import Receiver
from tests.membership.events.webhooks.test_webhooks import deliver_all, hooked
from tests.membership.support import Service

HEADERS = {"webhook-id", "webhook-timestamp", "webhook-signature"}


def operation(event: str) -> dict[str, Any]:
    """What is described of one type of event."""
    described: dict[str, Any] = api_document().text["webhooks"][event]["post"]
    return described


def validator(event: str) -> jsonschema_rs.Draft202012Validator:
    """Validates bodies of one type of event."""
    schema = operation(event)["requestBody"]["content"]["application/json"]["schema"]
    components = api_document().text["components"]
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": components}, validate_formats=True
    )


def test_every_type_is_described() -> None:
    assert set(api_document().text["webhooks"]) == {each.value for each in EventType}
    for event in EventType:
        told = operation(event.value)
        assert told["description"] == event.meaning
        assert {each["name"] for each in told["parameters"]} == HEADERS
        assert set(told["responses"]) == {"204", "410", "default"}


@pytest.mark.parametrize(
    "steps",
    [customer_steps, company_steps, selling_steps, design_steps],
    ids=["customers", "companies", "selling", "designs"],
)
def test_deliveries_are_as_described(
    service: Service,
    receiver: Receiver,
    work: Work,
    steps: Callable[[Service], Iterator[Any]],
) -> None:
    made = hooked(service, receiver.url)
    for _, call, _ in steps(service):
        call()
    service.clock.advance(days=4000)
    while sweep(work):
        pass
    deliver_all(work)
    if steps is selling_steps:
        assert b"membership.expired" in b"".join(each.body for each in receiver.received)
    service.post(f"/v1/webhooks/{made['id']}/test", status=200)
    assert len(receiver.received) > 3
    for got in receiver.received:
        body = json.loads(got.body)
        validator(body["type"]).validate(body)
        assert set(got.headers) >= HEADERS
        unknown = set(body["data"]) - set(DATA[EventType(body["type"])].model_fields)
        assert not unknown, (body["type"], unknown)


def test_a_wrong_delivery_would_be_found() -> None:
    body = {"type": "plan.created", "timestamp": "2027-03-10T11:00:00Z", "data": {"plan_id": "1"}}
    with pytest.raises(jsonschema_rs.ValidationError):
        validator("plan.created").validate(body)
