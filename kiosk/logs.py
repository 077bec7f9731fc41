"""The kiosk's log: JSON lines in a rotated file, warnings on standard error too.

Lines contain visit ids, states and errors, never a scanned code or a name.
"""

import logging
import logging.handlers
import sys
from pathlib import Path
from types import TracebackType

import structlog

_MAX_BYTES = 2 * 1024 * 1024
_KEPT = 3


def _log_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log an uncaught exception: a desktop program has no terminal to print it to."""
    log = structlog.get_logger(__name__)
    log.error("exception nobody caught", exc_info=(kind, error, trace))


def configure_logging(folder: Path) -> Path | None:
    """Log into ``folder``. Returns the file, or None if the folder cannot be written.

    The kiosk runs without a log too, so that is a warning and no error.
    """
    screen = logging.StreamHandler(sys.stderr)
    screen.setLevel(logging.WARNING)
    handlers: list[logging.Handler] = [screen]
    path: Path | None = folder / "kiosk.log"
    problem = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / "kiosk.log", maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8"
        )
        handlers.append(file)
    except OSError as error:
        path, problem = None, str(error)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=handlers, force=True)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _log_exception
    if problem:
        structlog.get_logger(__name__).warning("no log file", problem=problem)
    return path
