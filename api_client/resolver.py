"""Resolution of host names within a deadline.

The system's resolver cannot be interrupted: a name server that does not answer holds whoever asks
for ten seconds and more. So it is asked in a thread of its own, one for each name at a time, and
whoever waits for it waits no longer than their deadline. Known addresses are used at once and
asked for anew beside it.
"""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Address = tuple[int, Any]
"""Address family, and the address as ``socket.connect`` takes it."""

Ask = Callable[[str, int], list[Address]]
"""Returns the addresses of a host and port, in the order to be tried. Raises OSError."""

FRESH_S = 60.0
"""Seconds for which known addresses are not asked for anew."""


def ask_system(host: str, port: int) -> list[Address]:
    """Return the addresses that the system's resolver knows. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, address) for family, _kind, _protocol, _name, address in found]


@dataclass
class _Question:
    """One question to the system's resolver, and its answer."""

    done: threading.Event = field(default_factory=threading.Event)
    addresses: list[Address] = field(default_factory=list)
    error: OSError | None = None


class Resolver:
    """Resolves and remembers host names. Thread-safe."""

    def __init__(
        self, ask: Ask = ask_system, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[str, int], tuple[list[Address], float]] = {}
        self._asked: dict[tuple[str, int], _Question] = {}

    def addresses(self, host: str, port: int, within_s: float) -> list[Address]:
        """Return the addresses of a host and port, the one that was connected to last first.

        Raises TimeoutError if they are not known within ``within_s`` seconds; OSError, which the
        system's resolver raised.
        """
        literal = _literal(host, port)
        if literal:
            return literal
        name = (host, port)
        with self._lock:
            known, at_s = self._known.get(name, ([], 0.0))
            if known and self._clock() - at_s < FRESH_S:
                return known
            question = self._asked.get(name)
            if question is None:
                question = self._asked[name] = _Question()
                threading.Thread(
                    target=self._answer, args=(name, question), name="resolver", daemon=True
                ).start()
        if known:
            return known
        if not question.done.wait(max(0.0, within_s)):
            raise TimeoutError(f"the address of {host} was not found in time")
        if question.error is not None:
            raise question.error
        return question.addresses

    def worked(self, host: str, port: int, address: Address) -> None:
        """Try ``address`` before the others from now on: a connection to it was made."""
        with self._lock:
            known, at_s = self._known.get((host, port), ([], 0.0))
            if known and known[0] != address and address in known:
                others = [each for each in known if each != address]
                self._known[host, port] = ([address, *others], at_s)

    def forget(self, host: str, port: int) -> None:
        """Ask anew the next time, beside the use of what is known: no connection could be made.

        A service that restarts refuses connections at an address that is still its own, and the
        name server may be silent meanwhile.
        """
        with self._lock:
            known, _ = self._known.get((host, port), ([], 0.0))
            if known:
                self._known[host, port] = (known, float("-inf"))

    def _answer(self, name: tuple[str, int], question: _Question) -> None:
        """Ask the system's resolver; runs in a thread of its own."""
        try:
            question.addresses = self._ask(*name)
            if not question.addresses:
                question.error = OSError(f"{name[0]} has no address")
        except OSError as error:
            question.error = error
        except Exception as error:  # noqa: BLE001 - such as a name that cannot be encoded
            question.error = OSError(f"{name[0]} cannot be resolved: {error!r}")
        with self._lock:
            del self._asked[name]
            if question.error is None:
                first = self._known.get(name, ([], 0.0))[0][:1]  # which worked, if any did
                ordered = sorted(question.addresses, key=lambda each: each not in first)
                self._known[name] = (ordered, self._clock())
        question.done.set()


SYSTEM_RESOLVER = Resolver()
"""The resolver of all clients of a process."""


def _literal(host: str, port: int) -> list[Address]:
    """Return the address of a host that is one already, such as 127.0.0.1; else nothing."""
    bare = host.strip("[]")
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, bare)
        except (OSError, ValueError):
            continue
        return [(family, (bare, port))]
    return []
