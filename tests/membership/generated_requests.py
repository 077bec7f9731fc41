"""Requests that are generated from the description of the API, and the checks of their answers.

Imported by the tests that send them: its packages take a second, in each process of tests.
"""

from copy import deepcopy
from typing import Any

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

from tests.fakes.stripe_server import StripeServer
from tests.membership.application import api_document
from tests.membership.support import TIMEOUT, Service
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


def walk(
    service: Service,
    stripe: StripeServer,
    examples: int,
    *,
    random: bool = False,
    wrong_every: int = 1,
) -> tuple[int, list[str]]:
    """Call every operation so often as it is described, and one of ``wrong_every`` wrongly too.

    Returns the calls made and what was wrong with their answers.
    """
    ids = Rows(service, stripe).fill().ids
    schema = schemathesis.openapi.from_dict(deepcopy(dict(api_document().text)))
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

    for number, result in enumerate(schema.get_all_operations()):
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.label in SKIPPED:
            continue
        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and number % wrong_every:
                continue
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
