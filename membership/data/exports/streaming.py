"""Responses that are streamed from a reading transaction, and end if the client stops reading.

A thread of its own reads the rows in one snapshot and holds a connection. At most ``STREAMS`` run
at once. If a client reads nothing for ``STALL_SECONDS``, the stream ends and its connection is
released.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from typing import cast

from fastapi.responses import StreamingResponse

from membership.base.logs import logger
from membership.store.errors import BUSY
from membership.web.errors import Busy

STREAMS = 4
STALL_SECONDS = 30.0
_CHUNK_BYTES = 64 * 1024
_CHUNKS_AHEAD = 4
_slots = threading.BoundedSemaphore(STREAMS)


class _Abandoned(Exception):
    """The client takes no more chunks."""


class _Reader(threading.Thread):
    """Reads rows ahead of the network, as far as the queue allows."""

    def __init__(self, rows: Iterator[bytes], stall_seconds: float) -> None:
        super().__init__(name="export", daemon=True)
        self.chunks: queue.Queue[bytes | None] = queue.Queue(_CHUNKS_AHEAD)
        self.failed = False
        self._rows, self._stall_seconds = rows, stall_seconds
        self._abandoned = threading.Event()

    def abandon(self) -> None:
        """Stop reading."""
        self._abandoned.set()
        while not self.chunks.empty():
            try:
                self.chunks.get_nowait()
            except queue.Empty:
                break

    def run(self) -> None:
        """Put the rows into the queue, then None; releases the connection in any case."""
        try:
            with closing(cast(Generator[bytes, None, None], self._rows)) as rows:
                for chunk in _joined(rows):
                    self._put(chunk)
            self._put(None)
        except (_Abandoned, queue.Full):
            self.failed = True
        except Exception:  # noqa: BLE001 - the stream breaks off, which the client notices
            self.failed = True
            logger().exception("export_failed")
            self._end()
        finally:
            _slots.release()

    def _put(self, chunk: bytes | None) -> None:
        if self._abandoned.is_set():
            raise _Abandoned
        self.chunks.put(chunk, timeout=self._stall_seconds)

    def _end(self) -> None:
        try:
            self.chunks.put(None, timeout=self._stall_seconds)
        except queue.Full:
            return


def _joined(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Rows joined into chunks for the network."""
    gathered: list[bytes] = []
    size = 0
    for row in rows:
        gathered.append(row)
        size += len(row)
        if size >= _CHUNK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def streamed(
    rows: Iterator[bytes],
    file_name: str,
    *,
    stall_seconds: float = STALL_SECONDS,
) -> StreamingResponse:
    """A response that sends rows as a file. Raises Busy if too many streams run."""
    if not _slots.acquire(blocking=False):
        raise Busy(BUSY.code, "Other files are being sent; please try again.", headers=BUSY.headers)
    reader = _Reader(rows, stall_seconds)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    try:
        reader.start()
    except BaseException:
        _slots.release()
        raise
    return StreamingResponse(_chunks(reader), media_type="text/csv; charset=utf-8", headers=headers)


async def _chunks(reader: _Reader) -> AsyncIterator[bytes]:
    """The chunks to send; raises RuntimeError if not all rows could be read."""
    try:
        while True:
            alive = reader.is_alive()  # before the queue: the last chunks are taken as well
            try:
                chunk = reader.chunks.get_nowait()
            except queue.Empty:
                if not alive:
                    break
                await asyncio.sleep(0.005)
                continue
            if chunk is None:
                break
            yield chunk
    finally:
        reader.abandon()
    if reader.failed:
        raise RuntimeError("the rows could not all be read")
