"""A network camera on loopback that hangs, closes connections, freezes or sends garbage on demand.

It speaks plain HTTP with a multipart MJPEG body, as real network cameras do, so OpenCV reads it
over a real connection.
"""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from enum import Enum

BOUNDARY = b"frame"
HEADER = (
    b"HTTP/1.0 200 OK\r\nCache-Control: no-cache\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=" + BOUNDARY + b"\r\n\r\n"
)


class Mood(Enum):
    """State of the camera."""

    WORKING = "working"
    HANGING = "hanging"
    """Connections stay open and are taken, but nothing is sent."""
    MUTE = "mute"
    """As hanging, and connections of that time stay silent for ever."""
    UNPLUGGED = "unplugged"
    """Connections are closed, new ones refused."""
    FROZEN = "frozen"
    """The last picture is sent again and again."""
    BABBLING = "babbling"
    """Bytes that are no pictures."""


class MjpegCamera:
    """Serves JPEG pictures at ``fps`` on ``url`` until closed; use it in a ``with`` block.

    ``frames`` is a sequence that is repeated, or a function from the number of a picture to its
    JPEG bytes.
    """

    def __init__(self, frames: Sequence[bytes] | Callable[[int], bytes], fps: float = 30.0) -> None:
        """Choose a free port on loopback and start to serve."""
        self._frames = frames
        self._step_s = 1.0 / fps
        self._mood = Mood.WORKING
        self._silenced = 0
        self._closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._started_s = time.monotonic()
        self._last = b""
        self._listener: socket.socket | None = None
        self._port = 0
        self._listen()

    @property
    def url(self) -> str:
        """Where to read it."""
        return f"http://127.0.0.1:{self._port}/live.mjpg"

    def hang(self) -> None:
        """Send nothing until ``resume``, on open and on new connections."""
        self._mood = Mood.HANGING

    def mute(self) -> None:
        """Send nothing on the connections that are made until ``resume``, even after it."""
        self._mood = Mood.MUTE
        self._silenced += 1

    def resume(self) -> None:
        """Work normally again after any fault."""
        if self._mood is Mood.MUTE:
            self._silenced += 1
        self._mood = Mood.WORKING
        if self._listener is None:
            self._listen()

    def drop(self) -> None:
        """Close all connections and refuse new ones, as if the cable were unplugged."""
        self._mood = Mood.UNPLUGGED
        listener, self._listener = self._listener, None
        if listener is not None:
            # A blocked accept() keeps the port open until it is woken.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._disconnect_all()

    def freeze(self) -> None:
        """Repeat the last picture."""
        self._mood = Mood.FROZEN

    def garbage(self) -> None:
        """Send bytes that are not pictures."""
        self._mood = Mood.BABBLING

    def close(self) -> None:
        """Stop serving and wait for the threads."""
        self._closing.set()
        self.drop()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> "MjpegCamera":
        """Serve within the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self.close()

    def _listen(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port = int(listener.getsockname()[1])
        self._listener = listener
        self._spawn(self._accept_all, listener)

    def _spawn(self, work: Callable[[socket.socket], None], argument: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(argument,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept_all(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        silenced = self._silenced
        try:
            connection.settimeout(2.0)
            connection.recv(4096)
            self._wait_while_hanging(silenced)
            connection.sendall(HEADER)
            while not self._closing.is_set() and self._mood is not Mood.UNPLUGGED:
                self._wait_while_hanging(silenced)
                connection.sendall(self._part())
                time.sleep(self._step_s)
        except OSError:
            return  # The reader left, or drop() closed the connection: both are expected.
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _wait_while_hanging(self, silenced: int) -> None:
        """Wait while nothing is sent, on a connection of the time of so many ``_silenced``."""
        silent = (Mood.HANGING, Mood.MUTE)
        while self._mood in silent or self._silenced != silenced:
            if self._closing.is_set():
                return
            time.sleep(0.01)

    def _part(self) -> bytes:
        if self._mood is Mood.BABBLING:
            picture = b"\xff\xd8 this is no picture " * 40
        elif self._mood is Mood.FROZEN and self._last:
            picture = self._last
        else:
            picture = self._last = self._picture_now()
        size = str(len(picture)).encode()
        return (
            b"--" + BOUNDARY + b"\r\nContent-Type: image/jpeg\r\nContent-Length: " + size
            + b"\r\n\r\n" + picture + b"\r\n"
        )  # fmt: skip

    def _picture_now(self) -> bytes:
        number = int((time.monotonic() - self._started_s) / self._step_s)
        if callable(self._frames):
            return self._frames(number)
        return self._frames[number % len(self._frames)]

    def _disconnect_all(self) -> None:
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # Closed by the other side already.
