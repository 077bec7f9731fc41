"""A peer that speaks TCP on loopback, and never comes to the end of an answer."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket, threading.Event], None]
"""Treats one connection until the event is set, which says that the test is over."""


def silent(_connection: socket.socket, over: threading.Event) -> None:
    """Take the request and answer nothing."""
    over.wait()


def dripping(*parts: bytes, pause_s: float = 0.02) -> Script:
    """Return a script that sends ``parts``, and then the last one again and again."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        for part in parts:
            connection.sendall(part)
        while not over.wait(pause_s):
            connection.sendall(parts[-1])

    return script


def one_byte_each(text: bytes, pause_s: float = 0.05) -> Script:
    """Return a script that sends the bytes of ``text`` one by one, without end."""

    def script(connection: socket.socket, over: threading.Event) -> None:
        while True:
            for each in text:
                connection.sendall(bytes([each]))
                if over.wait(pause_s):
                    return

    return script


@contextmanager
def stuck_peer(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Yield the URL of a peer that treats each connection by ``script``."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def treat(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            talking = connection if tls is None else tls.wrap_socket(connection, server_side=True)
            with talking:
                talking.recv(65536)
                script(talking, over)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=treat, args=(connection,), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for each in threads:
            each.join(10)


@contextmanager
def full_backlog() -> Iterator[str]:
    """Yield the URL of a port at which a connection is neither made nor refused."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
