"""Answers that are streamed from a reading transaction, and end when nobody reads them.

The rows are read in a thread of their own that holds a connection, in one snapshot. At most
``STREAMS`` are under way at once, and never a writer's place. A client that stops reading for
``PATIENCE_SECONDS`` loses the stream, and the connection is given back.
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
PATIENCE_SECONDS = 30.0
_PIECE_BYTES = 64 * 1024
_PIECES_AHEAD = 4
_slots = threading.BoundedSemaphore(STREAMS)


class _Abandoned(Exception):
    """Nobody takes the pieces anymore."""


class _Pump(threading.Thread):
    """Reads rows ahead of the network, as far as the queue lets it."""

    def __init__(self, rows: Iterator[bytes], patience: float) -> None:
        super().__init__(name="export", daemon=True)
        self.pieces: queue.Queue[bytes | None] = queue.Queue(_PIECES_AHEAD)
        self.failed = False
        self._rows, self._patience = rows, patience
        self._abandoned = threading.Event()

    def abandon(self) -> None:
        """Stop reading."""
        self._abandoned.set()
        while not self.pieces.empty():
            try:
                self.pieces.get_nowait()
            except queue.Empty:
                break

    def run(self) -> None:
        """Put the rows into the queue, then a None; give the connection back in any case."""
        try:
            with closing(cast(Generator[bytes, None, None], self._rows)) as rows:
                for piece in _joined(rows):
                    self._put(piece)
            self._put(None)
        except (_Abandoned, queue.Full):
            self.failed = True
        except Exception:  # noqa: BLE001 - the stream breaks off, which is all a caller can see
            self.failed = True
            logger().exception("export_failed")
            self._end()
        finally:
            _slots.release()

    def _put(self, piece: bytes | None) -> None:
        if self._abandoned.is_set():
            raise _Abandoned
        self.pieces.put(piece, timeout=self._patience)

    def _end(self) -> None:
        try:
            self.pieces.put(None, timeout=self._patience)
        except queue.Full:
            return


def _joined(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Rows put together into pieces for the network."""
    gathered: list[bytes] = []
    size = 0
    for row in rows:
        gathered.append(row)
        size += len(row)
        if size >= _PIECE_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


def streamed(
    rows: Iterator[bytes],
    file_name: str,
    *,
    patience_seconds: float = PATIENCE_SECONDS,
) -> StreamingResponse:
    """An answer that sends rows as a file. Raises Busy where too many are under way."""
    if not _slots.acquire(blocking=False):
        raise Busy(BUSY.code, "Other files are being sent; please try again.", headers=BUSY.headers)
    pump = _Pump(rows, patience_seconds)
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    try:
        pump.start()
    except BaseException:
        _slots.release()
        raise
    return StreamingResponse(_pieces(pump), media_type="text/csv; charset=utf-8", headers=headers)


async def _pieces(pump: _Pump) -> AsyncIterator[bytes]:
    """The pieces as they are sent; breaks off with an error if not all could be read."""
    try:
        while True:
            alive = pump.is_alive()  # asked first: what it put before its end is still taken
            try:
                piece = pump.pieces.get_nowait()
            except queue.Empty:
                if not alive:
                    break
                await asyncio.sleep(0.005)
                continue
            if piece is None:
                break
            yield piece
    finally:
        pump.abandon()
    if pump.failed:
        raise RuntimeError("the rows could not all be read")
