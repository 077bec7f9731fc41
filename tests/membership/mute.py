"""A neighbour that hangs: it takes every connection, and says nothing."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.membership.support import TIMEOUT


@dataclass
class Mute:
    """A server on loopback that holds connections; ``held`` are those that were ever taken."""

    port: int
    refusing: bool = False
    held: list[socket.socket] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def wait_for(self, count: int) -> None:
        """Wait until it holds so many connections."""
        ends = time.monotonic() + TIMEOUT
        while len(self.held) < count:
            assert time.monotonic() < ends, f"{len(self.held)} connections, not {count}"
            time.sleep(0.01)

    def hang(self) -> int:
        """Hold connections from now on; returns how many were ever held."""
        self.refusing = False
        return len(self.held)

    def hang_up(self) -> None:
        """Close all connections, and new ones at once: whoever waits gets an error."""
        self.refusing = True
        for each in self.held:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextlib.contextmanager
def mute_neighbour() -> Iterator[Mute]:
    """Hold connections until the block is left."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        mute = Mute(int(listener.getsockname()[1]))
        listener.settimeout(0.1)
        stopping = threading.Event()

        def accept() -> None:
            while not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    taken = listener.accept()[0]
                    if mute.refusing:
                        taken.close()
                    else:
                        mute.held.append(taken)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield mute
        finally:
            stopping.set()
            thread.join()
            mute.hang_up()
