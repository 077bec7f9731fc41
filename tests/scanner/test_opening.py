"""Opening a stream that is silent, refused, slow, or back again."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scanner.opening import PATIENT_EVERY, QUICK_S, UNASKED_EVERY, StreamOpener, is_silent
from scanner.source import Source, SourceError

PATIENT_S = 60.0


class _Camera:
    """Refuses to be opened, and notes for how long each attempt would have waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.silent = False

    def open(self, timeout_s: float) -> Source:
        """Fail, as a stream does that gives no pictures."""
        self.waits.append(timeout_s)
        raise SourceError("stream x broke off")

    def opener(self) -> StreamOpener:
        """Return an opener of this camera."""
        return self.opener_after(failed_before=False)

    def opener_after(self, failed_before: bool) -> StreamOpener:
        """Return one that may know of an earlier failure."""
        return StreamOpener(
            self.open,
            "http://x",
            "stream x",
            PATIENT_S,
            failed_before=failed_before,
            silent=lambda _: self.silent,
        )


def fail(opener: StreamOpener, times: int) -> list[str]:
    """Call ``open`` so often and return its errors."""
    errors = []
    for _ in range(times):
        with pytest.raises(SourceError) as caught:
            opener.open()
        errors.append(str(caught.value))
    return errors


def test_a_stream_that_speaks_is_opened_quickly_and_now_and_then_patiently() -> None:
    camera = _Camera()
    fail(camera.opener(), 2 * PATIENT_EVERY)
    assert camera.waits == [QUICK_S, QUICK_S, PATIENT_S] * 2


def test_no_attempt_waits_for_a_silent_stream_but_the_first() -> None:
    camera = _Camera()
    camera.silent = True
    opener = camera.opener()
    errors = fail(opener, UNASKED_EVERY)
    assert camera.waits == [QUICK_S]
    assert errors[1:] == ["stream x does not answer"] * (UNASKED_EVERY - 1)
    camera.silent = False
    fail(opener, 1)
    assert camera.waits == [QUICK_S, QUICK_S]


def test_after_an_earlier_failure_even_the_first_attempt_does_not_wait() -> None:
    camera = _Camera()
    camera.silent = True
    fail(camera.opener_after(failed_before=True), 3)
    assert camera.waits == []


def test_a_stream_that_is_slow_to_say_anything_is_waited_for_in_the_end() -> None:
    camera = _Camera()
    camera.silent = True
    fail(camera.opener(), 1 + 2 * UNASKED_EVERY)
    assert camera.waits == [QUICK_S, PATIENT_S, PATIENT_S]


def test_once_it_ran_the_next_failure_is_the_first_again() -> None:
    camera = _Camera()
    opener = camera.opener()
    fail(opener, PATIENT_EVERY - 1)
    opener.running()
    camera.silent = True
    fail(opener, 1)
    assert camera.waits == [QUICK_S] * PATIENT_EVERY


@contextmanager
def server(answer: bytes | None) -> Iterator[int]:
    """Give the port of a server that answers so, closes at once (empty), or says nothing (None)."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1024)
            if answer is None:
                over.wait()
            else:
                connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        over.set()
        thread.join()
        listener.close()


@pytest.mark.parametrize("scheme", ["http", "rtsp", "HTTP"])
@pytest.mark.parametrize(
    ("answer", "silent"),
    [(b"HTTP/1.0 200 OK\r\n", False), (b"RTSP/1.0 404\r\n", False), (b"", False), (None, True)],
)
def test_a_server_is_silent_if_it_takes_a_connection_and_says_nothing(
    scheme: str, answer: bytes | None, silent: bool
) -> None:
    with server(answer) as port:
        assert is_silent(f"{scheme}://ada:secret@127.0.0.1:{port}/live?x=1", 0.5) is silent


@pytest.mark.parametrize(
    "address",
    ["srt://127.0.0.1:9", "https://127.0.0.1:1/x", "http://", "http://127.0.0.1:no/", "0"],
)
def test_what_cannot_be_asked_is_not_called_silent(address: str) -> None:
    assert not is_silent(address, 0.5)


def test_nor_is_a_server_that_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    began_s = time.monotonic()
    assert not is_silent(f"http://127.0.0.1:{port}/", 20)
    assert time.monotonic() - began_s < 10
