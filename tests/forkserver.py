"""Processes that start in a moment: forked from a server that has imported the service.

A started process is a real one: it has its own process id, standard streams, environment,
working folder, signals and exit code. Only the interpreter's start and the imports are shared,
which take two seconds otherwise. ``tests/house/test_commands.py`` keeps the true command lines.

The server is the standard library's (``multiprocessing.forkserver``), one in each process of
tests, started by the first test that needs it. It has one thread and imports no Qt.
"""

import atexit
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import IO

from scanner.process import ScannerSupervisor
from scanner.settings import ScannerSettings

ROOT = Path(__file__).parent.parent
_PRELOADED = "tests.preload"


class ForkedProcess:
    """A running program; it has the methods of ``subprocess.Popen`` that tests use, in text mode.

    ``program`` is a function at the top of a module, called with ``arguments`` in ``sys.argv``;
    what it returns or raises is the exit code, as with ``sys.exit``. Standard input and output
    are pipes. Standard error is one with ``stderr=subprocess.PIPE``, nowhere with ``DEVNULL``,
    and else that of the test. ``env`` replaces the environment.
    """

    def __init__(
        self,
        program: Callable[[], object],
        *arguments: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stderr: int | None = None,
    ) -> None:
        their_in, our_in = os.pipe()
        our_out, their_out = os.pipe()
        our_err, their_err = _standard_error(stderr)
        theirs = [
            Connection(their_in, writable=False),
            Connection(their_out, readable=False),
            Connection(their_err, readable=False),
        ]
        self.stdin: IO[str] = open(our_in, "w", encoding="utf-8")  # noqa: SIM115
        self.stdout: IO[str] = open(our_out, encoding="utf-8")  # noqa: SIM115
        self.stderr = None if our_err is None else open(our_err, encoding="utf-8")  # noqa: SIM115
        self.args = [getattr(program, "__module__", ""), *map(str, arguments)]
        environment = dict(os.environ if env is None else env)
        self._process = _context().Process(
            target=_become, args=(program, self.args, environment, cwd or ROOT, theirs)
        )
        try:
            self._process.start()
        finally:
            for end in theirs:
                end.close()
        if self._process.pid is None:
            raise RuntimeError("the process has no id")
        self.pid: int = self._process.pid
        atexit.register(self.kill)  # runs before multiprocessing waits for processes to end

    @property
    def returncode(self) -> int | None:
        """The exit code; minus the signal's number of a process that was killed by one."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The exit code, or None while the process runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; returns the exit code. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Close standard input, wait for the end; returns what was written to the other two.

        Raises subprocess.TimeoutExpired, and ends the process then.
        """
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()
        with ThreadPoolExecutor(2) as pool:
            written = pool.submit(self.stdout.read)
            logged = pool.submit(self.stderr.read if self.stderr else str)
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        self.close()
        return written.result(), logged.result()

    def send_signal(self, number: int) -> None:
        """Send a signal to a process that still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended after it was asked
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to stop."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Close the pipes."""
        atexit.unregister(self.kill)
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def __enter__(self) -> "ForkedProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, if it still runs, and close its pipes."""
        self.kill()
        self.wait()
        self.close()


def run(
    program: Callable[[], object],
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end; returns its exit code and what it wrote.

    Raises subprocess.TimeoutExpired after ``timeout`` seconds.
    """
    process = ForkedProcess(program, *arguments, env=env, cwd=cwd, stderr=subprocess.PIPE)
    with process:
        written, logged = process.communicate(timeout)
    return subprocess.CompletedProcess(process.args, process.wait(), written, logged)


def forked_scanner(settings: ScannerSettings) -> ScannerSupervisor:
    """A supervisor whose scanner processes are forked; ``tests/scanner`` also spawns them."""
    _context()
    return ScannerSupervisor(settings, forked=True)


@cache
def _context() -> "multiprocessing.context.ForkServerContext":
    """The server of this process of tests, running."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    with contextlib.chdir(ROOT):  # where the server looks for what it imports
        forkserver.ensure_running()
    return context


def _standard_error(wanted: int | None) -> tuple[int | None, int]:
    """Our end and the process's end of its standard error."""
    if wanted == subprocess.PIPE:
        return os.pipe()
    if wanted == subprocess.DEVNULL:
        return None, os.open(os.devnull, os.O_WRONLY)
    return None, os.dup(2)


def _become(
    program: Callable[[], object],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    streams: Sequence[Connection],
) -> None:
    """Run a program in the process that was forked for it."""
    if _PRELOADED not in sys.modules:  # the server passes over an import that fails
        raise RuntimeError(f"{_PRELOADED} cannot be imported by the server of processes")
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = list(arguments)
    result = program()
    sys.stdout.flush()
    sys.exit(result if isinstance(result, int) else 0)
