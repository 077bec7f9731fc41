"""A service in a process of its own, with the event that it announced when it started."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from tests.forkserver import ForkedProcess
from tests.membership import launcher
from tests.membership.support import TIMEOUT


class ServiceProcess:
    """A service process. ``event`` is what it announced, empty if it ended without a word.

    ``arguments`` are those of ``tests.membership.launcher``.
    """

    def __init__(self, *arguments: str | Path) -> None:
        self.popen = ForkedProcess(launcher.main, *arguments, stderr=subprocess.PIPE)
        line = self.popen.stdout.readline()
        self.event: dict[str, str] = json.loads(line) if line else {}

    def request(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send a request with the key that was announced."""
        headers = {"Authorization": f"Bearer {self.event.get('key', '')}"}
        url = self.event["url"] + path
        return requests.request(method, url, headers=headers, json=body, timeout=TIMEOUT)

    def end(self) -> tuple[int, str]:
        """Close standard input and wait for the end; returns the exit code and the log."""
        _, log = self.popen.communicate(timeout=60)
        return self.popen.wait(), log


@contextlib.contextmanager
def service_process(*arguments: str | Path) -> Iterator[ServiceProcess]:
    """A service process, killed at the end if it still runs."""
    started = ServiceProcess(*arguments)
    with started.popen:
        yield started
