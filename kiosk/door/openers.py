"""The two ways to open a door: a command on this PC, and a request to another device."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Protocol

from api_client.door import DoorClient
from api_client.errors import ApiError
from kiosk.settings import KioskSettings

from .opening import Opening

_SHOWN_BYTES = 300
"""As much of what a command says is shown."""

_OWN = "WALLETDESK_"
"""Prefix of variables of this program, some of which are secrets: no command gets them."""


class DoorError(Exception):
    """The door was not opened; ``str(error)`` is why, for staff and for the log."""


class Opener(Protocol):
    """Opens the door."""

    def open(self, opening: Opening) -> None:
        """Return once the door was opened. Raises DoorError."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class CommandOpener:
    """Runs a program: ``arguments`` are handed to it as they are, and no shell reads them.

    What it is about is in the variables ``DOOR_VISIT_ID``, ``DOOR_CUSTOMER_ID`` and ``DOOR_DESK``.
    The exit code 0 says that the door was opened.
    """

    def __init__(self, arguments: Sequence[str], timeout_s: float) -> None:
        self._arguments, self._timeout_s = tuple(arguments), timeout_s

    def open(self, opening: Opening) -> None:
        """Run the program; it is killed after the time-out. Raises DoorError."""
        # A file, because a pipe stays open as long as any process that the program began.
        with tempfile.TemporaryFile() as said:
            try:
                process = self._begin(opening, said)
            except (OSError, ValueError) as error:
                raise DoorError(f"{self._arguments[0]}: {error}") from error
            try:
                code = process.wait(self._timeout_s)
            except subprocess.TimeoutExpired as error:
                _kill(process)
                raise DoorError(f"{self._arguments[0]}: no end in {self._timeout_s:g} s") from error
            if code:
                raise DoorError(f"{self._arguments[0]}: exit code {code}{_end_of(said)}")

    def _begin(self, opening: Opening, said: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - as set by the administrator, without a shell
            self._arguments,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=_environment(os.environ, opening),
            start_new_session=True,
        )

    def close(self) -> None:
        """Nothing is open."""


class WebhookOpener:
    """Posts the opening as JSON to a URL; a 2xx says that the door was opened."""

    def __init__(self, url: str, token: str, timeout_s: float) -> None:
        self._client, self._timeout_s = DoorClient(url, token), timeout_s

    def open(self, opening: Opening) -> None:
        """Send the request once. Raises DoorError."""
        try:
            self._client.open(opening.facts, self._timeout_s)
        except ApiError as error:
            raise DoorError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def openers_of(settings: KioskSettings) -> list[Opener]:
    """Return what opens the door of a desk; nothing unless its settings say so."""
    found: list[Opener] = []
    if settings.door_command:
        found.append(CommandOpener(settings.door_command, settings.door_timeout_s))
    if settings.door_url is not None:
        token = settings.door_token.get_secret_value()
        found.append(WebhookOpener(str(settings.door_url), token, settings.door_timeout_s))
    return found


def _environment(own: Mapping[str, str], opening: Opening) -> dict[str, str]:
    """Return the variables of a command: this PC's without this program's, and the opening."""
    kept = {name: value for name, value in own.items() if not name.startswith(_OWN)}
    return kept | {f"DOOR_{name.upper()}": value for name, value in opening.facts.items()}


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command, with what it began where the system keeps them together."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(said: IO[bytes]) -> str:
    """Return the end of what a command said, after a colon; empty if it said nothing."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _SHOWN_BYTES))
    text = " ".join(said.read().decode("utf-8", "replace").split())
    return f": {text}" if text else ""
