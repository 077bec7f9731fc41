"""Changes of staff carry the idempotency key that they are given, and may be withdrawn."""

import contextlib
import inspect
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from api_client.errors import BadAnswer
from api_client.management import ManagementClient
from api_client.messages.billing import PlanChangePreview, RefundAnswer
from api_client.messages.sales import SaleUndo
from api_client.messages.scan import ScanMethod

_HARMLESS = {"sign_in", "make_first_account", "sign_out", "record_scan", "undo_visit"}
_HARMLESS |= {"store_image", "connect_stripe", "refresh_order", "withdraw"}
_HARMLESS |= {"preview_sale"}
_HARMLESS |= {"begin_second_factor", "preview_change", "settle_order", "answer_refund"}
_HARMLESS |= {"erase_customer", "store_photo", "remove_photo"}
_HARMLESS |= {"end_logins", "end_own_sessions", "revoke_api_key", "revoke_api_keys_of"}
"""Methods that send something other than GET without a key: harmless when they are sent twice."""
_REFUSED_TWICE = {"change_password", "confirm_second_factor", "remove_second_factor"}
"""Methods without a key whose repeat is refused, since the first one took what they prove."""
_REFUSES_KEYS = {"make_api_key"}
"""Methods whose answer holds a secret, which is not kept for a repeat: a key would be refused."""


class Recorded(ManagementClient):
    """Keeps what is sent, and answers nothing."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1", "ms_test")
        self.sent: list[tuple[str, str, Mapping[str, str]]] = []

    def _fetch(self, method: str, path: str, **how: Any) -> tuple[int, bytes, str]:
        self.sent.append((method, path, how.get("headers") or {}))
        return 200, b"", ""


VALUES: dict[str, Any] = {
    "shown": PlanChangePreview(
        plan_id=UUID(int=8),
        plan="Platinum",
        amount_minor=2500,
        currency="EUR",
        prorated_at=datetime(2027, 3, 10, tzinfo=UTC),
        next_amount_minor=9900,
    ),
    "fields": {}, "wanted": {}, "settings": {}, "owner": {}, "keys": [], "design": {},
    "archived": True,
    "data": b"", "version": 1, "at": "now", "text": "", "sent_at": None, "credentials": None,
    "answer": RefundAnswer.KEPT, "cancelled": (), "number": "C-000001",
    "method": ScanMethod.SEARCH, "undo": SaleUndo(),
    "end_memberships": True, "delete_at_provider": True,
    "since": datetime(2027, 3, 10, tzinfo=UTC), "until": datetime(2027, 3, 11, tzinfo=UTC),
}  # fmt: skip


def calls() -> list[str]:
    """Names of all methods of the client that send one request of staff."""
    skipped = {"close", "stop_retrying", "record_scan", "card_preview", "design_preview"}
    public = [name for name, _ in inspect.getmembers(ManagementClient, inspect.isfunction)]
    return [name for name in public if not name.startswith("_") and name not in skipped]


def send(name: str, once: str | None) -> tuple[str, str, Mapping[str, str]]:
    """Call a method with values for its parameters; returns what it sends."""
    client = Recorded()
    method = getattr(client, name)
    given: dict[str, Any] = {}
    for parameter in inspect.signature(method).parameters.values():
        if parameter.name == "once":
            given |= {} if once is None else {"once": once}
        elif parameter.default is inspect.Parameter.empty:
            other = UUID(int=7) if parameter.name.endswith("_id") else "x"
            given[parameter.name] = VALUES.get(parameter.name, other)
    with contextlib.suppress(BadAnswer):
        method(**given)
    (sent,) = client.sent
    return sent


@pytest.mark.parametrize("name", calls())
def test_every_change_has_a_key(name: str) -> None:
    takes = "once" in inspect.signature(getattr(ManagementClient, name)).parameters
    method, path, headers = send(name, "wish-1" if takes else None)
    if name in _HARMLESS | _REFUSED_TWICE | _REFUSES_KEYS:
        assert "Idempotency-Key" not in headers
    elif method == "GET":
        assert not takes
    else:
        assert headers == {"Idempotency-Key": "wish-1"}, (name, path)


@pytest.mark.parametrize("name", ["extend", "link", "revoke_card", "cancel_order", "set_signup"])
def test_an_empty_key_is_not_sent(name: str) -> None:
    assert send(name, None)[2] == {}


def test_a_key_is_quoted_in_the_path() -> None:
    assert send("withdraw", "a/b?c")[1] == "/v1/requests/a%2Fb%3Fc/withdraw"
