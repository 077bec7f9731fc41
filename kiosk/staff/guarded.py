"""No handler of an answer fails without a word: its error becomes a failure on screen."""

from collections.abc import Callable
from typing import Any

import structlog

from kiosk.failures import Cause, Failure
from kiosk.staff.worker import Task

log = structlog.get_logger(__name__)


def guarded(
    handle: Callable[[], object],
    task: Task[Any],
    fail: Callable[[Task[Any], Failure], None],
) -> None:
    """Call ``handle``; pass an error of it to ``fail``, as a failure of ``task``."""
    try:
        handle()
    except Exception as error:
        log.exception("answer not handled", task=task.name)
        fail(task, Failure(Cause.INTERNAL, repr(error)))
