"""A service that the public reaches, and what it logs, as tests of signup and login need them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import structlog

from tests.membership.conftest import Databases
from tests.membership.support import Service, running_service


@contextmanager
def public_service(
    backend: str, databases: Databases, folder: Path, **settings: Any
) -> Iterator[Service]:
    """A running service with a public address; it believes its proxy from where somebody asks."""
    told = {"trusted_proxies": "127.0.0.1", "public_url": "https://club.example/desk/"}
    with running_service(databases.new(backend, folder, **told, **settings)) as service:
        yield service


@contextmanager
def written_log(level: int = logging.INFO) -> Iterator[StringIO]:
    """What services in this process log within the block, if it is as severe as ``level``."""
    before, written = structlog.get_config(), StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    try:
        yield written
    finally:
        structlog.configure(**before)
