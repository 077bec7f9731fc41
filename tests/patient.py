"""A bot for Qt windows that waits long enough on a machine that does much else."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_MS = 30_000
"""Longest time that a test waits for what happens within milliseconds on a machine at rest."""


class PatientBot(QtBot):
    """pytest-qt's bot. Its waits end as soon as they can, and fail after ``PATIENCE_MS``."""

    def waitUntil(  # pytest-qt's name
        self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS
    ) -> None:
        """Wait until ``callback`` returns True, or no longer fails."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Return what waits for a signal."""
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitActive(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        """Return what waits for a window to be active."""
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        """Return what waits for a window to be seen."""
        return super().waitExposed(widget, timeout=timeout)
