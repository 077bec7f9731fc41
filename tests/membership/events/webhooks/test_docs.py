"""docs/webhooks.md says what the service does, and its example works."""

import re
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from membership.base.settings import ServiceSettings
from membership.events.types import EventType
from membership.events.webhooks.retry_policy import BACKOFF
from tests.conftest import ROOT
from tests.membership.events.conftest import Club
from tests.membership.events.webhooks.receiver import Receiver

PAGE = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")


def test_every_type_is_explained() -> None:
    rows = re.findall(r"^\| `([a-z_.]+\.[a-z_]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(each.value, each.meaning) for each in EventType]


def test_the_schedule_is_the_one_in_use() -> None:
    (row,) = re.findall(r"^\| next attempt in \| (.+) \| none: dead \|$", PAGE, re.MULTILINE)
    units = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}
    told = [int(cell.split()[0]) * units[cell.split()[1]] for cell in row.split(" | ")]
    assert told == list(BACKOFF.pauses)


def test_settings_that_are_named_exist() -> None:
    names = set(re.findall(r"WALLETDESK_([A-Z_]+)", PAGE))
    assert names
    assert names <= {name.upper() for name in ServiceSettings.model_fields}


def test_the_example_takes_an_event_once(club: Club, receiver: Receiver) -> None:
    (source,) = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    example: dict[str, Any] = {}
    exec(compile(source, "docs/webhooks.md", "exec"), example)
    _, secret = club.endpoint(receiver.url)
    club.emit()
    club.deliver()
    (got,) = receiver.received
    seen: set[str] = set()
    event = example["take"](secret, got.headers, got.body, seen)
    assert (event["type"], event["data"]) == ("plan.created", {"plan_id": "0"})
    assert example["take"](secret, got.headers, got.body, seen) is None
    with pytest.raises(WebhookVerificationError):
        example["take"](secret, got.headers, got.body.replace(b"0", b"1"), set())
