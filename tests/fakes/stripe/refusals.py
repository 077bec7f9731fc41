"""Errors in the form of Stripe's API."""

from dataclasses import dataclass
from typing import Any


@dataclass
class Refused(Exception):
    """A request that is answered with an error. ``extra`` are further fields of the error.

    ``kept`` is an error of work that had begun: it is the answer under its idempotency key from
    then on, as a declined card is. An error in the parameters is not.
    """

    message: str
    code: str | None = None
    param: str | None = None
    status: int = 400
    kind: str = "invalid_request_error"
    extra: dict[str, Any] | None = None
    kept: bool = False

    def body(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        error: dict[str, Any] = {"type": self.kind, "message": self.message, **(self.extra or {})}
        if self.code is not None:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}


def missing(kind: str, thing_id: str, param: str, status: int = 404) -> Refused:
    """Return the error for a missing object: 404 if the path names it, 400 for a parameter."""
    name = kind.replace("_", " ") if kind != "payment_intent" else kind
    return Refused(f"No such {name}: '{thing_id}'", "resource_missing", param, status)


def not_faked(what: str) -> Refused:
    """Return the error for a feature of Stripe that the fake lacks; no test may rely on it."""
    return Refused(f"This fake of Stripe does not do {what}.", status=501, kind="api_error")
