"""Imports: the file as it was sent, how far it was read, and what became of each line."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api_client.messages.management import ActorKind
from membership.store.base_model import Base, choice, of_organization


class ImportKind(StrEnum):
    """What the lines of an import are."""

    CUSTOMERS = "customers"
    COMPANIES = "companies"
    LINKS = "links"
    MEMBERSHIPS = "memberships"


class ImportState(StrEnum):
    """How far an import has come."""

    WAITING_FOR_FILE = "waiting_for_file"
    READY = "ready"
    RUNNING = "running"
    INDEXING = "indexing"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Import(Base):
    """One import. Progress is committed together with the rows it stands for.

    ``position`` is the byte at which the next record begins, in physical line ``next_line``;
    ``lines_done`` tells how many records were read. ``counts`` tells how many of them were
    created, updated, unchanged, skipped or refused, ``notes`` how many have a note. ``leased_by``
    is the worker that holds it, ``upload_id`` the upload that the file is of. ``unfiled`` holds
    ranges ``[first, last]`` of numbers of customers who are not yet found by their words, and
    ``filed_after`` how far the filing of them has come.
    """

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_state", "state", "leased_until"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    dry_run: Mapped[bool]
    state: Mapped[ImportState] = mapped_column(choice(ImportState))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    upload_id: Mapped[UUID | None]
    file_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    header: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    guesses: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    encoding: Mapped[str] = mapped_column(String(20), default="")
    delimiter: Mapped[str] = mapped_column(String(1), default="")
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    next_line: Mapped[int] = mapped_column(Integer, default=1)
    lines_total: Mapped[int | None] = mapped_column(Integer)
    lines_done: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    notes: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(String(500))
    unfiled: Mapped[list[list[int]] | None] = mapped_column(JSON(none_as_null=True))
    filed_after: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    actor_kind: Mapped[ActorKind] = mapped_column(choice(ActorKind))
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    leased_by: Mapped[UUID | None]
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


def _of_import() -> ForeignKeyConstraint:
    """Foreign key to an import of the same organization."""
    return ForeignKeyConstraint(
        ["organization_id", "import_id"], ["imports.organization_id", "imports.id"]
    )


class ImportChunk(Base):
    """A piece of an import's file, in order."""

    __tablename__ = "import_chunks"
    __table_args__ = (_of_import(),)

    organization_id: Mapped[int] = of_organization()
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ImportReport(Base):
    """What became of a run of lines, from ``first_line`` on: ``[line, outcome, id, message]``,
    and the line's notes as a list; earlier versions stored the first one, or none.
    """

    __tablename__ = "import_reports"
    __table_args__ = (_of_import(),)

    organization_id: Mapped[int] = of_organization()
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_line: Mapped[int] = mapped_column(Integer, primary_key=True)
    outcomes: Mapped[list[list[Any]]] = mapped_column(JSON)


class ImportKey(Base):
    """What an import knows of its earlier lines, by a key: the line that had it first.

    Of customers and companies only dry runs store it: in a real run their lines become rows.

    ``people`` are those who share an address, by digests of their names and dates of birth.
    """

    __tablename__ = "import_keys"
    __table_args__ = (_of_import(),)

    organization_id: Mapped[int] = of_organization()
    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    line: Mapped[int] = mapped_column(Integer)
    people: Mapped[list[list[Any]] | None] = mapped_column(JSON(none_as_null=True))


class ImportLine(Base):
    """A line with nothing but a name that created a customer: the digest of its content.

    ``import_id`` is the last import that read it.
    """

    __tablename__ = "import_lines"
    __table_args__ = (Index("ix_import_lines_content", "organization_id", "content"),)

    organization_id: Mapped[int] = of_organization()
    id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID]
    import_id: Mapped[UUID]
