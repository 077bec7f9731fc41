"""Generated requests over the whole description of the API: it answers as it says it does.

No answer is a fault of the service, none has a status, a content type or a shape that the
description does not know. The same requests are made each time; ``make soak`` makes many more.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.membership.conftest import POSTGRESQL, SQLITE, Databases
from tests.membership.support import Service, running_service

pytestmark = pytest.mark.long


def club(databases: Databases, folder: Any, backend: str) -> Iterator[Service]:
    """A service that looks no names up."""
    more: dict[str, Any] = {"webhook_allow_http": True, "webhook_allowed_private": "127.0.0.1"}
    more["public_url"] = "https://club.example"
    with running_service(databases.new(backend, folder, **more)) as service:
        yield service


@pytest.fixture(scope="module")
def small_club(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    yield from club(databases, tmp_path_factory.mktemp("data"), SQLITE)


def test_generated_requests_are_answered_as_described(
    small_club: Service, databases: Databases
) -> None:
    from tests.membership.generated_requests import walk  # noqa: PLC0415 - see its docstring

    # What is refused is the same everywhere, and ``web/test_every_input.py`` asks every route so.
    calls, wrong = walk(small_club, databases.stripe, 1, wrong_every=4)
    assert not wrong, "\n\n".join(wrong)
    assert calls > 150


@pytest.mark.soak
@pytest.mark.parametrize("backend", [SQLITE, POSTGRESQL])
def test_many_more_of_them(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, backend: str
) -> None:
    from tests.membership.generated_requests import walk  # noqa: PLC0415 - see its docstring

    for service in club(databases, tmp_path_factory.mktemp("data"), backend):
        _, wrong = walk(service, databases.stripe, 60, random=True)
        assert not wrong, "\n\n".join(wrong)
