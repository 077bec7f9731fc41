"""HEAD wherever GET is, OPTIONS and refused methods with all methods of a path: on every route."""

import re
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from tests.membership.application import api_app_routes, api_document
from tests.membership.conftest import SQLITE
from tests.membership.every_route import UNDOCUMENTED
from tests.membership.support import TIMEOUT, Service

VARYING = {"date", "x-request-id", "ratelimit", "content-length", "etag", "transfer-encoding"}
"""Headers that differ between two answers to the same GET, where the body tells the time; and how
a body is sent that is not known whole, which an answer without one may leave out (RFC 9112, 6.1).
"""

NO_ID = {"{organization:organization}": "club", "{customer_id:uuid}": str(uuid4())}


@pytest.fixture(scope="module")
def backend() -> str:
    """One of them: methods do not depend on the database."""
    return SQLITE


def filled(template: str) -> str:
    """A path with ids that nobody has."""
    for part, text in NO_ID.items():
        template = template.replace(part, text)
    return re.sub(r"\{[^}]+\}", lambda _found: str(uuid4()), template)


def own_paths() -> Iterator[str]:
    """Paths of all routes that have a GET, the undocumented ones included."""
    for route in api_app_routes():
        if "GET" in (route.methods or ()):
            yield str(route.path)


def ask(service: Service, method: str, path: str) -> requests.Response:
    """Send a request with the desk's key, following nothing."""
    headers = {"Authorization": f"Bearer {service.key}"}
    url = service.url + path
    return service.http.request(
        method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False
    )


def kept(answer: requests.Response) -> dict[str, str]:
    """The headers of an answer that are the same each time."""
    return {
        name.lower(): re.sub(r"'nonce-[^']+'", "nonce", text)
        for name, text in answer.headers.items()
        if name.lower() not in VARYING
    }


def test_head_is_get_without_its_body(service: Service) -> None:
    plan, customer = service.plan(), service.customer("Ada")
    real = [
        "/openapi.json",
        f"/v1/plans/{plan}",
        f"/v1/customers/{customer}",
        f"/v1/customers/{customer}/permissions/area.pool",
        f"/join/{service.tenant.slug}",
        f"/me/{service.tenant.slug}",
    ]
    wrong, good = [], 0
    for path in [*dict.fromkeys(map(filled, own_paths())), *real]:
        get, head = ask(service, "GET", path), ask(service, "HEAD", path)
        good += get.status_code == 200
        length = get.headers.get("Content-Length")
        same = head.headers.get("Content-Length") == length or "time" in get.text
        if (get.status_code, kept(get)) != (head.status_code, kept(head)) or not same:
            wrong.append((path, get.status_code, kept(get), head.status_code, kept(head)))
    assert not wrong, "\n".join(map(str, wrong))
    assert good > 30


@pytest.mark.parametrize("path", ["/healthz", "/v1/plans", "/v1/nothing", "/openapi.json"])
def test_nothing_follows_the_headers_of_a_head(service: Service, path: str) -> None:
    place = urlsplit(service.url)
    with socket.create_connection((place.hostname or "", place.port or 0), TIMEOUT) as connection:
        lines = (
            f"HEAD {path} HTTP/1.1",
            f"Host: {place.netloc}",
            f"Authorization: Bearer {service.key}",
            "Connection: close",
        )
        connection.sendall("\r\n".join((*lines, "", "")).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, end, body = answer.partition(b"\r\n\r\n")
    assert end
    assert b"content-length: " in head.lower()
    assert body == b""


def methods_by_path() -> Mapping[str, set[str]]:
    """All methods of each documented path."""
    found = defaultdict(set)
    for route in api_document().routes:
        found[route.path].add(route.method)
    return found


def named(answer: requests.Response) -> set[str]:
    """The methods that an answer allows."""
    return set(answer.headers["Allow"].split(", "))


def test_options_and_refused_methods_name_all_methods(service: Service) -> None:
    for path, methods in methods_by_path().items():
        expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
        at = filled(path)
        answer = service.http.options(service.url + at, timeout=TIMEOUT)
        assert (answer.status_code, answer.content) == (204, b""), path
        assert named(answer) >= expected, path
        others = sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - named(answer))
        for method in others[:1]:
            refused = ask(service, method, at)
            assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
            assert named(refused) == named(answer), (method, path)


def test_options_of_public_paths(service: Service) -> None:
    for path in sorted(UNDOCUMENTED):
        answer = requests.options(service.url + filled(path), timeout=TIMEOUT)
        assert answer.status_code == 204, path
        assert "OPTIONS" in named(answer)


def test_a_path_without_a_route_has_no_methods(service: Service) -> None:
    for method in ("OPTIONS", "HEAD", "GET"):
        answer = ask(service, method, "/v1/nothing/at/all/here")
        assert answer.status_code == 404, method
        assert "Allow" not in answer.headers
