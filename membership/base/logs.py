"""Structured logs: one JSON object per line on standard error, without personal data or keys."""

import logging
import sys
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

from .log_stream import LogStream

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


_render_exception = structlog.processors.ExceptionRenderer(
    ExceptionDictTransformer(show_locals=False)
)


def _first_lines(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Keep the first line of exception texts: the others may quote a row of the database."""
    for exception in event.get("exception", ()):
        exception["exc_value"] = exception["exc_value"].partition("\n")[0]
    return event


def configure_logging(level: str, folder: Path | None = None) -> None:
    """Log from ``level`` up, and records of other libraries from warning up, in the same format.

    Standard error is rotated by size if it is the log file in ``folder``. No line that cannot be
    written raises.
    """
    stream = LogStream(sys.stderr, folder)
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            stamp,
            _render_exception,
            _first_lines,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, stream)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(cast(TextIO, stream))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, stamp],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _render_exception,
                _first_lines,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def logger(**context: Any) -> Any:
    """Return a structured logger bound to ``context``."""
    return structlog.get_logger(**context)


def current_request_id() -> str | None:
    """Return the id of the request that this context processes, or None outside of one."""
    found = structlog.contextvars.get_contextvars().get("request_id")
    return None if found is None else str(found)
