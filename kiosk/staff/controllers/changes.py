"""Changes that staff make by a form, one at a time.

A form has one idempotency key. Sent again after a failure it is the same request, so that an
answer that was lost on the way sells nothing twice.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from kiosk.staff.forms.request import Filled
from kiosk.staff.notices import Notices
from kiosk.staff.page import Navigation
from kiosk.staff.pages.form import Form
from kiosk.staff.worker import Task

Answer = TypeVar("Answer")


class Changes(QObject):
    """Opens forms, sends what was filled in, and shows a failure in the form."""

    def __init__(
        self,
        navigation: Navigation,
        notices: Notices,
        send: Callable[[Task[Any]], None],
        in_use: Callable[[], None],
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._navigation, self._notices = navigation, notices
        self._send, self._in_use = send, in_use
        self._form: Form | None = None
        self._once = ""

    @property
    def asking(self) -> bool:
        """Whether a form is open."""
        return self._form is not None

    @property
    def form(self) -> Form | None:
        """The form that is open."""
        return self._form

    def ask(
        self,
        form: Form,
        filled: Filled[Answer],
        then: Callable[[Answer], None] | None = None,
    ) -> None:
        """Open a form, unless one is open.

        ``then`` gets the answer of the service, also if the form was closed meanwhile; without it
        the page in front is loaded again.
        """
        if self._form is not None:
            form.deleteLater()
            return
        once = str(uuid4())
        self._form, self._once = form, once

        def submit(values: Any) -> None:
            self._in_use()
            self._send(
                Task(
                    "change",
                    filled(values),
                    partial(self._handle_result, once, then),
                    partial(self._handle_error, once),
                    once,
                )
            )

        form.submitted.connect(submit)
        form.finished.connect(self._on_closed)
        form.open()

    def _handle_result(
        self, once: str, then: Callable[[Answer], None] | None, answer: Answer
    ) -> None:
        if self._form is not None and once == self._once:
            self._form.finish()
        if then is None:
            self._navigation.reload()
        else:
            then(answer)

    def _handle_error(self, once: str, sentence: str) -> None:
        """Show in the form why it was not carried out, or on the page if it was closed."""
        if self._form is not None and once == self._once:
            self._form.show_failure(sentence)
        else:
            self._notices.show(sentence)

    def _on_closed(self, _result: QDialog.DialogCode | int) -> None:
        """The form was closed, by its success or by hand."""
        if self._form is not None:
            self._form.deleteLater()
        self._form, self._once = None, ""
