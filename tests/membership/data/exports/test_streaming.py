"""Files that are streamed: who stops reading loses the stream, and the place is given back."""

import threading
from collections.abc import Iterator

import pytest

from membership.data.exports.streaming import STREAMS, streamed
from membership.web.errors import Busy


def endless(closed: threading.Event) -> Iterator[bytes]:
    """Rows without end, which tell when they are given up."""
    try:
        while True:
            yield b"x" * 1000
    finally:
        closed.set()


def test_a_reader_who_stops_gives_the_connection_back() -> None:
    closed = [threading.Event() for _ in range(STREAMS)]
    for each in closed:
        streamed(endless(each), "a.csv", stall_seconds=0.5)
    with pytest.raises(Busy):
        streamed(endless(threading.Event()), "a.csv", stall_seconds=0.5)
    for each in closed:
        assert each.wait(20)
    again = threading.Event()
    for thread in threading.enumerate():
        if thread.name == "export":
            thread.join(20)
    streamed(endless(again), "a.csv", stall_seconds=0.1)
    assert again.wait(20)
