"""What the service does only if it is confirmed by ``again``: at the second press of the button."""

from collections.abc import Callable
from typing import TypeVar

from api_client.errors import Refused
from kiosk.staff.forms.request import is_unknown, refusal

A = TypeVar("A")


class SecondPress:
    """A form whose first press may be refused with ``code``, and whose second one confirms it.

    A service of before does not know ``again``, and is asked without it.
    """

    def __init__(self, code: str) -> None:
        self._code = code
        self._seen: list[object] = []
        self._without = set[str]()

    def send(self, wanted: object, once: str, send: Callable[[bool | None], A], why: str) -> A:
        """Return ``send(again)``; None leaves ``again`` out. Something else ``wanted`` asks anew.

        Raises Refused with ``why`` where it is to be confirmed. Raises ApiError.
        """
        try:
            return self._ask(wanted, once, send)
        except Refused as refused:
            if refused.problem.code != self._code:
                raise
            self._seen = [wanted]
            raise refusal(why, self._code) from None

    def _ask(self, wanted: object, once: str, send: Callable[[bool | None], A]) -> A:
        if once not in self._without:
            try:
                return send(wanted in self._seen)
            except Refused as refused:
                if not is_unknown(refused, "again"):
                    raise
                self._without.add(once)  # so that a repeat is the same request under the same key
        return send(None)
