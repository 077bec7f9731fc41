"""Generated requests over the whole description of the API: it answers as it says it does.

No answer is a fault of the service, none has a status, a content type or a shape that the
description does not know. The same requests are made each time; ``make soak`` makes many more.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import (
    CheckFunction,
    content_type_conformance,
    load_all_checks,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from membership.app import create_app
from tests.fakes.stripe_server import StripeServer
from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.support import TIMEOUT, Service, running_service
from tests.membership.test_strangers import Rows

load_all_checks()
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SKIPPED = {
    "POST /v1/webhooks/{webhook_id}/test",  # waits for somebody else's answer
}


def club(databases: Databases, folder: Any, backend: str) -> Iterator[Service]:
    """A service that looks no names up."""
    more: dict[str, Any] = {"webhook_allow_http": True, "webhook_allowed_private": "127.0.0.1"}
    more["public_url"] = "https://club.example"
    with running_service(databases.new(backend, folder, **more)) as service:
        yield service


@pytest.fixture(scope="module")
def small_club(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from club(databases, tmp_path_factory.mktemp("data"), SQLITE)


def walk(
    service: Service, stripe: StripeServer, examples: int, *, random: bool = False
) -> tuple[int, list[str]]:
    """Call every operation so often, in each mode; returns the calls made and what was wrong."""
    ids = Rows(service, stripe).fill().ids
    schema = schemathesis.openapi.from_dict(
        dict(create_app(service.settings, service.database).openapi())
    )
    calls, wrong = 0, []

    def call(case: Any, own: bool) -> None:
        nonlocal calls
        calls += 1
        if own:
            known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        answer = case.call(
            base_url=service.url,
            session=service.http,
            headers={"Authorization": f"Bearer {service.key}"},
            timeout=TIMEOUT,
        )
        case.validate_response(answer, checks=CHECKS)

    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.label in SKIPPED:
            continue
        for mode in GenerationMode:
            generated = operation.as_strategy(generation_mode=mode)
            bounded = settings(
                max_examples=examples, derandomize=not random, database=None, deadline=None,
                phases=[Phase.generate], suppress_health_check=list(HealthCheck),
                report_multiple_bugs=False,
            )  # fmt: skip
            try:
                bounded(given(generated, st.booleans())(call))()
            except Unsatisfiable:
                # An operation without parameters cannot be asked wrongly.
                assert mode is GenerationMode.NEGATIVE, operation.label
            except (FailureGroup, requests.RequestException, AssertionError) as error:
                wrong.append(f"{operation.label} ({mode.value}): {error!r} {error}")
    return calls, wrong


def test_generated_requests_are_answered_as_described(
    small_club: Service, databases: Databases
) -> None:
    calls, wrong = walk(small_club, databases.stripe, 1)
    assert not wrong, "\n\n".join(wrong)
    assert calls > 150


@pytest.mark.soak
@pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL])
def test_many_more_of_them(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, backend: str
) -> None:
    for service in club(databases, tmp_path_factory.mktemp("data"), backend):
        _, wrong = walk(service, databases.stripe, 60, random=True)
        assert not wrong, "\n\n".join(wrong)
