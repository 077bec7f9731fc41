"""Says what was done, and undoes it at a press, once."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from kiosk.failures import Failure
from kiosk.staff.notices import sentence_of
from kiosk.staff.page import Navigation
from kiosk.staff.pages.toast import Toast
from kiosk.staff.undo import Undo
from kiosk.staff.worker import Task
from kiosk.texts import Texts


class Undos:
    """Shows each ``Undo`` in the toast of the panel. Lives in the GUI thread."""

    def __init__(
        self,
        toast: Toast,
        navigation: Navigation,
        texts: Texts,
        send: Callable[[Task[Any]], None],
    ) -> None:
        self._toast, self._navigation = toast, navigation
        self._texts, self._send = texts, send

    def tell(self, undo: Undo) -> None:
        """Say what was done, and offer to undo it. All presses are one request."""
        self._toast.tell(undo.done, partial(self._undo, undo, str(uuid4())))

    def _undo(self, undo: Undo, once: str) -> None:
        self._toast.wait(self._texts.say("Undoing …"))
        self._send(
            Task(
                "undo",
                undo.call,
                partial(self._on_undone, undo),
                on_failure=partial(self._on_failed, undo, once),
                once=once,
            )
        )

    def _on_undone(self, undo: Undo, _answer: object) -> None:
        self._toast.tell(undo.undone or self._texts.say("Undone."))
        self._navigation.reload()

    def _on_failed(self, undo: Undo, once: str, failure: Failure) -> None:
        """Say why it is not undone. Where that is not known, the same request can be sent again."""
        why = sentence_of(failure, self._texts)
        again = partial(self._undo, undo, once) if failure.may_have_arrived else None
        self._toast.tell(self._texts.say("Not undone: {why}", why=why), again)
