"""A club that is open for signup, as the tests need it."""

from typing import Any

import requests

from tests.membership.support import TIMEOUT, Service


def put(service: Service, **settings: Any) -> requests.Response:
    """The answer to setting signup."""
    return service.call("PUT", "/v1/signup", json=settings)


def opened(service: Service, **settings: Any) -> dict[str, Any]:
    """Open signup; returns the settings."""
    answer = put(service, open=True, **settings)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def visit(service: Service, path: str = "", **headers: str) -> requests.Response:
    """The answer to a visitor of the club's page."""
    url = f"{service.url}/join/{service.tenant.slug}{path}"
    return requests.get(url, headers=headers, timeout=TIMEOUT)
