"""Receives the file of an import as a stream: at most one chunk of it is in memory.

No transaction is open while the network is awaited. Each chunk is stored in a transaction of its
own, and only a complete file can be started.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from membership.data.imports import service
from membership.data.imports.arrive.chunks import CHUNK_BYTES
from membership.data.imports.arrive.decoding import Encoding, FileDecoder
from membership.data.imports.schemas import ImportOptions, ImportView
from membership.web.access import Caller
from membership.web.errors import ApiError


class BodyBroken(ApiError):
    """The client disconnected before the file was complete."""

    status = 400


async def receive_file(request: Request, caller: Caller, import_id: UUID) -> ImportView:
    """Store the body of a request as the file of an import.

    Raises NotFound; Conflict for an import that was started, or if another upload began meanwhile;
    BodyBroken.
    """
    upload = _Upload(request.app.state, caller, import_id)
    decoder = FileDecoder(Encoding(await upload.begin()))
    try:
        async for data in _chunks(request):
            if stored := await run_in_threadpool(decoder.decode, data):
                await upload.store(stored)
    except ClientDisconnect:
        raise BodyBroken("body_unreadable", "The file did not arrive whole.") from None
    if stored := decoder.finish():
        await upload.store(stored)
    return await upload.end(decoder)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in chunks of about the size that is stored."""
    gathered: list[bytes] = []
    size = 0
    async for data in request.stream():
        gathered.append(data)
        size += len(data)
        if size >= CHUNK_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)


class _Upload:
    """The transactions of one upload, each under the limit of concurrent writers."""

    def __init__(self, state: Any, caller: Caller, import_id: UUID) -> None:
        self._state, self._caller, self._import_id = state, caller, import_id
        self._upload_id = UUID(int=0)

    async def begin(self) -> str:
        """Delete a file that was sent before; returns the encoding of the options."""
        return str(await self._write(self._empty))

    async def store(self, data: bytes) -> None:
        """Store a chunk."""
        await self._write(
            lambda session, row: service.add_chunk(session, row, data, self._upload_id)
        )

    async def end(self, decoder: FileDecoder) -> ImportView:
        """Mark the file as complete."""

        def complete(_session: Any, row: Any) -> ImportView:
            service.complete_file(row, decoder, self._upload_id)
            return service.view(row, self._state.clock())

        shown = await self._write(complete)
        assert isinstance(shown, ImportView)  # noqa: S101 - what ``complete`` returns
        return shown

    def _empty(self, session: Any, row: Any) -> str:
        self._upload_id = service.begin_file(session, row)
        return ImportOptions.stored(row.options).encoding.value

    async def _write(self, change: Any) -> object:
        """Change the import in a transaction."""
        async with self._state.concurrency.connection(writes=True):
            return await run_in_threadpool(self._in_transaction, change)

    def _in_transaction(self, change: Any) -> object:
        writing = self._state.database.writing(self._caller.actor, self._state.clock)
        with writing as (session, _):
            tenant = self._caller.tenant
            row = service.get_import(session, tenant, self._import_id, to_change=True)
            return change(session, row)
