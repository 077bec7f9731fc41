"""A scan prepares only what differs from the one before."""

import time
from http.server import BaseHTTPRequestHandler

import requests

from api_client.resolver import SYSTEM_RESOLVER
from api_client.wire import DeadlineSession
from tests.fakes.odd_service import odd_service, whole

BODIES = (b"{}", b'{"text": "MC1"}', b'{"text": "Zo\xc3\xab"}')


class Counting(DeadlineSession):
    """Counts how many requests are prepared from scratch."""

    prepared = 0

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Count, and prepare."""
        self.prepared += 1
        return super().prepare_request(request)


def test_the_head_of_a_scan_is_prepared_once_and_each_body_is_sent_as_it_is() -> None:
    heads: list[tuple[str | None, ...]] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        names = ("Authorization", "Content-Type", "Content-Length")
        heads.append(tuple(handler.headers.get(name) for name in names))
        whole(200, "application/json", b"{}", **{"Set-Cookie": "a=b"})(handler)

    with odd_service(answer) as service, Counting(SYSTEM_RESOLVER) as session:
        session.headers["Authorization"] = "Bearer k"
        session.deadline.end = time.monotonic() + 30
        for body in BODIES:
            with session.post_json(f"{service.url}/v1/scans", body, 5.0) as response:
                assert response.raw.read() == b"{}"
        assert service.requests == [("POST", "/v1/scans", body) for body in BODIES]
    assert heads == [("Bearer k", "application/json", str(len(body))) for body in BODIES]
    assert session.prepared == 1
