"""How a change that was carried out is undone, and what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from api_client.management import ManagementClient

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Undo:
    """``done`` says what was done, ``call`` undoes it, ``undone`` says that it is undone.

    ``call`` gets the client and an idempotency key, and raises ``api_client.errors.ApiError``.
    """

    done: str
    call: Callable[[ManagementClient, str], Any]
    undone: str = ""


Undoing = Callable[[Answer], Undo | None]
"""Returns how a change is undone, by the answer of the service to it; None says nothing."""
