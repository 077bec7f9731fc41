"""How a change that was carried out is undone, and what is said of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from kiosk.staff.forms.request import Call

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Undo:
    """``done`` says what was done, ``call`` undoes it, ``undone`` says that it is undone.

    Without a ``call`` it cannot be undone: its form said so before.
    """

    done: str
    call: Call[Any] | None = None
    undone: str = ""


Undoing = Callable[[Answer], Undo | None]
"""Returns how a change is undone, by the answer of the service to it; None says nothing."""
