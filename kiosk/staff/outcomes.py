"""What becomes of a task: its answer or its failure goes to whoever sent it."""

from typing import Any

from kiosk.failures import Failure
from kiosk.staff.guarded import guarded
from kiosk.staff.notices import Notices, sentence_of
from kiosk.staff.worker import Task
from kiosk.texts import Texts


class Outcomes:
    """Passes answers and failures on. What no task handles is shown on the page in front."""

    def __init__(self, notices: Notices, texts: Texts) -> None:
        self._notices, self._texts = notices, texts

    def done(self, task: Task[Any], answer: object) -> None:
        """Pass the answer of a task to its handler."""
        guarded(lambda: task.handle_result(answer), task, self._fail)

    def failed(self, task: Task[Any], failure: Failure) -> None:
        """Pass the failure of a task to its handler."""
        guarded(lambda: self._fail(task, failure), task, self._fail_plainly)

    def _fail(self, task: Task[Any], failure: Failure) -> None:
        if task.on_failure is not None:
            task.on_failure(failure)
        else:
            handle_error = task.handle_error or self._notices.show
            handle_error(sentence_of(failure, self._texts))

    def _fail_plainly(self, _task: Task[Any], failure: Failure) -> None:
        self._notices.show(failure.sentence(self._texts))
