"""Instants are spelled one way in every answer: UTC with ``Z``."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, TypeAdapter

from membership.base.instants import respelled, spelled
from membership.store.models import AuditEntry, Event
from tests.membership.application import api_document
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.support import Service, arranging, running_service
from tests.membership.test_strangers import Rows

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")
SPELLED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module", params=[SQLITE, POSTGRESQL])
def backend(request: pytest.FixtureRequest) -> str:
    """Both: each stores times in its own way."""
    return str(request.param)


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A service with all that ``Rows`` needs."""
    settings = databases.new(
        backend,
        tmp_path_factory.mktemp("data"),
        webhook_allow_http=True,
        webhook_allowed_private="127.0.0.1",
        public_url="https://club.example",
    )
    with running_service(settings) as service:
        yield service


def texts(answer: Any) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(answer, str):
        yield answer
    parts = answer.values() if isinstance(answer, dict) else answer
    for part in parts if isinstance(parts, list) or isinstance(answer, dict) else ():
        yield from texts(part)


def test_every_answer(service: Service, databases: Databases) -> None:
    ids = Rows(service, databases.stripe).fill().ids
    old = {"ended_at": "2027-03-31T22:00:00+00:00", "list": ["2027-03-31T22:00:00.500000+00:00"]}
    with arranging(service.database) as session:  # as earlier versions stored them
        for row in session.query(Event).filter_by(organization_id=service.tenant.id):
            row.data = {**row.data, **old}
        for entry in session.query(AuditEntry).filter_by(organization_id=service.tenant.id):
            entry.after = {**(entry.after or {}), **old}
    seen, wrong = 0, []
    for route in api_document().routes:
        if route.method != "GET" or not set(route.path_names) <= set(ids):
            continue
        answer = service.call("GET", route.path.format(**ids))
        kind = answer.headers.get("Content-Type", "")
        if answer.status_code != 200 or not kind.startswith(("application/json", "text/csv")):
            continue
        cells = answer.json() if "json" in kind else re.split(r"[,\r\n]+", answer.text)
        for text in texts(cells):
            if INSTANT.fullmatch(text):
                seen += 1
                if not SPELLED.fullmatch(text):
                    wrong.append((route.name, text))
    assert not wrong, json.dumps(wrong, indent=1)
    assert seen > 100


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001


@given(instants)
def test_the_same_spelling_as_in_messages(at: datetime) -> None:
    in_utc = at.astimezone(UTC)
    assert json.dumps(spelled(at)) == TypeAdapter(AwareDatetime).dump_json(in_utc).decode()
    assert respelled({"at": [in_utc.isoformat()]}) == {"at": [spelled(at)]}


@given(st.text())
def test_other_texts_stay(text: str) -> None:
    assert respelled({text: text, "n": 1, "none": None}) == {text: text, "n": 1, "none": None}
