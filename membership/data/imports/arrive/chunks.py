"""The stored file of an import, in chunks."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from membership.store.models import ImportChunk

CHUNK_BYTES = 1024 * 1024


def read_chunks(
    readers: sessionmaker[Session], organization_id: int, import_id: UUID, position: int
) -> Iterator[bytes]:
    """The bytes of an import's file from a position on, one stored chunk at a time."""
    same = (ImportChunk.organization_id == organization_id, ImportChunk.import_id == import_id)
    while True:
        with readers.begin() as session:
            chunk = session.execute(
                select(ImportChunk.start, ImportChunk.data)
                .where(*same, ImportChunk.start <= position)
                .order_by(ImportChunk.start.desc())
                .limit(1)
            ).first()
        if chunk is None or position >= chunk.start + len(chunk.data):
            return
        yield chunk.data[position - chunk.start :]
        position = chunk.start + len(chunk.data)
