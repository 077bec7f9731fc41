"""A batch of lines with their values and results, shared by the writers of all kinds."""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from membership.base.actors import Actor
from membership.base.vault import Vault
from membership.data.imports.bulk import chunks, insert_rows
from membership.data.imports.parse.columns import Values
from membership.data.imports.schemas import Duplicates, LineNote, LineOutcome
from membership.events.outbox import emit_all
from membership.events.types import EventType
from membership.store.models import ImportKey
from membership.web.access import Tenant

_LONGEST_MESSAGE = 500
_MAX_PEOPLE = 200
"""Most people of one address that a dry run remembers."""


@dataclass(slots=True)
class Item:
    """One line of a batch: its values, and its result with the id of the row and a message.

    ``remarks`` name what was guessed or left out when it was parsed.
    """

    line: int
    values: Values | None
    outcome: LineOutcome = LineOutcome.REFUSED
    id: UUID | None = None
    message: str = ""
    note: LineNote | None = None
    remarks: tuple[str, ...] = ()
    left_out: bool = False

    @property
    def full_message(self) -> str:
        """The message for the report, with what was guessed and left out."""
        kept = self.remarks if self.values is not None else ()
        return "; ".join(filter(None, (self.message, *kept)))[:_LONGEST_MESSAGE]

    @property
    def notes(self) -> tuple[LineNote, ...]:
        """What a person should look at; the first one is shown."""
        left = (LineNote.LEFT_OUT,) if self.left_out and self.values is not None else ()
        return left if self.note is None else (self.note, *left)

    def record_result(
        self,
        outcome: LineOutcome,
        found: UUID | None,
        message: str = "",
        note: LineNote | None = None,
    ) -> None:
        """Set the result of the line."""
        self.outcome, self.id, self.message, self.note = outcome, found, message, note

    def refuse(self, message: str) -> None:
        """Refuse the line: nothing of it is stored."""
        self.values = None
        self.record_result(LineOutcome.REFUSED, None, message)


@dataclass
class Batch:
    """Lines that are written in one transaction, with the context of their import."""

    session: Session
    tenant: Tenant
    import_id: UUID
    actor: Actor
    now: datetime
    duplicates: Duplicates
    dry_run: bool
    items: list[Item]
    highest_number: int = 0
    """The highest customer number in the file: automatic numbers follow it."""
    created: tuple[tuple[int, int], ...] = ()
    """Ranges of numbers of customers whom earlier batches of this import created, sorted."""
    numbers: list[list[int]] = field(default_factory=list)
    """Ranges of numbers of created customers, who are still to be indexed."""
    began: datetime | None = None
    """When the import was started."""
    vault: Vault | None = None
    """For mails about changed addresses; without it none are sent."""

    def valid_items(self) -> list[Item]:
        """The lines that were not refused so far."""
        return [item for item in self.items if item.values is not None]

    def created_here(self, number: int) -> bool:
        """Whether an earlier batch of this import created the customer with a number."""
        place = bisect_right(self.created, (number, number)) - 1
        around = self.created[max(place, 0) : place + 2]
        return any(first <= number <= last for first, last in around)

    def earlier_people(self, keys: Iterable[str]) -> dict[str, list[list[Any]]]:
        """People whom earlier lines of a dry run stored under keys; empty in a real run.

        In a real run their lines became rows.
        """
        if not self.dry_run:
            return {}
        return {key: people for key, (_, people) in self._earlier(keys).items() if people}

    def earlier_keys(self, keys: Iterable[str]) -> dict[str, int]:
        """Keys that earlier batches of this import stored, with the numbers of their lines."""
        return {key: line for key, (line, _) in self._earlier(keys).items()}

    def _earlier(self, keys: Iterable[str]) -> dict[str, tuple[int, list[list[Any]] | None]]:
        """Lines and people that earlier batches of this import stored under keys."""
        found: dict[str, tuple[int, list[list[Any]] | None]] = {}
        hashed = {_hashed(key): key for key in keys}
        for some in chunks(hashed):
            rows = self.session.execute(
                select(ImportKey.key, ImportKey.line, ImportKey.people).where(
                    ImportKey.organization_id == self.tenant.id,
                    ImportKey.import_id == self.import_id,
                    ImportKey.key.in_(some),
                )
            )
            found |= {hashed[row.key]: (row.line, row.people) for row in rows}
        return found

    def store_keys(self, keys: dict[str, int]) -> None:
        """Store keys of lines, with the lines that had them first, for the batches after this."""
        before = self._earlier(keys)
        insert_rows(
            self.session.connection(),
            ImportKey,
            ("organization_id", "import_id", "key", "line"),
            [
                (self.tenant.id, self.import_id, _hashed(key), line)
                for key, line in keys.items()
                if key not in before
            ],
        )

    def store_people(self, keys: dict[str, tuple[int, list[list[Any]]]]) -> None:
        """Store people under keys in a dry run, each key with the line that had it first.

        Keys of batches before this one get the people of this one as well.
        """
        before = self._earlier(keys)
        columns = ("organization_id", "import_id", "key", "line", "people")
        insert_rows(
            self.session.connection(),
            ImportKey,
            columns,
            [
                (self.tenant.id, self.import_id, _hashed(key), line, people[:_MAX_PEOPLE])
                for key, (line, people) in keys.items()
                if key not in before
            ],
        )
        for key in before:
            self.session.execute(
                update(ImportKey)
                .where(
                    ImportKey.organization_id == self.tenant.id,
                    ImportKey.import_id == self.import_id,
                    ImportKey.key == _hashed(key),
                )
                .values(people=keys[key][1][:_MAX_PEOPLE])
            )

    def emit(
        self,
        event_type: EventType,
        event_of: Callable[[Any], tuple[UUID, dict[str, Any]]],
        subjects: Iterable[Any],
    ) -> None:
        """Store an event for each of ``subjects``.

        ``event_of`` returns the id of a subject and the data of its event.
        """
        events = [event_of(subject) for subject in subjects]
        emit_all(self.session, self.tenant.id, event_type, events, now=self.now)


def _hashed(key: str) -> str:
    """The digest by which a key is stored, so that no personal data is."""
    return hashlib.sha256(key.encode()).hexdigest()
