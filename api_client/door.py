"""Asks what opens the door over HTTP. It is not the membership service."""

import json
import time
from collections.abc import Mapping

import requests

from .errors import ApiError, BadAnswer, NotAllowed, TooSlow, Unreachable
from .resolver import SYSTEM_RESOLVER, Resolver
from .wire import DeadlineSession

_OPENED = range(200, 300)


class DoorClient:
    """Posts to one URL, with ``token`` as a bearer token unless it is empty. For one thread."""

    def __init__(self, url: str, token: str, *, resolver: Resolver = SYSTEM_RESOLVER) -> None:
        self._url = url
        self._session = DeadlineSession(resolver)
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def open(self, body: Mapping[str, str], deadline_s: float) -> None:
        """Send ``body`` as JSON; the head of a 2xx within ``deadline_s`` seconds says it is open.

        Follows no redirect and sends nothing twice. Raises ApiError.
        """
        self._session.deadline.end = time.monotonic() + deadline_s
        data = json.dumps(body).encode()
        try:
            with self._session.post_json(self._url, data, deadline_s) as response:
                status = response.status_code
        except requests.Timeout as error:
            raise TooSlow("no answer in time") from error
        except (requests.RequestException, ValueError) as error:  # ValueError: an address
            raise Unreachable(f"not reached: {type(error).__name__}") from error
        if status not in _OPENED:
            raise _error_for(status)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()


def _error_for(status: int) -> ApiError:
    if status in {requests.codes.unauthorized, requests.codes.forbidden}:
        return NotAllowed(f"HTTP {status}")
    return BadAnswer(f"HTTP {status}")
