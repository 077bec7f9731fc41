"""What the handlers of all kinds of lines share: the batch they are given, and what they answer."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.base.actors import Actor
from membership.data.imports.bulk import insert_rows, pieces
from membership.data.imports.columns import Values
from membership.data.imports.schemas import Duplicates, LineOutcome
from membership.events.outbox import emit_all, subscribers
from membership.events.types import EventType
from membership.store.models import ImportKey
from membership.web.access import Tenant


@dataclass(slots=True)
class Item:
    """One line of a batch: its values, or why it is refused; and in the end what came of it."""

    line: int
    values: Values | None
    outcome: LineOutcome = LineOutcome.REFUSED
    id: UUID | None = None
    message: str = ""

    def settle(self, outcome: LineOutcome, found: UUID | None, message: str = "") -> None:
        """Note what became of the line."""
        self.outcome, self.id, self.message = outcome, found, message

    def refuse(self, message: str) -> None:
        """Note that nothing of the line is stored."""
        self.values = None
        self.settle(LineOutcome.REFUSED, None, message)


@dataclass
class Batch:
    """Lines that are handled in one transaction, and for whom."""

    session: Session
    tenant: Tenant
    import_id: UUID
    actor: Actor
    now: datetime
    duplicates: Duplicates
    dry_run: bool
    items: list[Item]
    numbers: list[list[int]] = field(default_factory=list)
    """Ranges of the numbers of customers who were created and are still to be indexed."""

    def good(self) -> list[Item]:
        """The lines that are not refused so far."""
        return [item for item in self.items if item.values is not None]

    def keys_before(self, keys: Iterable[str]) -> dict[str, int]:
        """Which keys earlier lines of a dry run had, and in which line; a real run has rows."""
        if not self.dry_run:
            return {}
        found: dict[str, int] = {}
        hashed = {_hashed(key): key for key in keys}
        for some in pieces(hashed):
            rows = self.session.execute(
                select(ImportKey.key, ImportKey.line).where(
                    ImportKey.organization_id == self.tenant.id,
                    ImportKey.import_id == self.import_id,
                    ImportKey.key.in_(some),
                )
            )
            found |= {hashed[key]: line for key, line in rows}
        return found

    def keep_keys(self, keys: dict[str, int]) -> None:
        """Note the keys that lines of a dry run had first."""
        if self.dry_run:
            insert_rows(
                self.session.connection(),
                ImportKey,
                ("organization_id", "import_id", "key", "line"),
                [
                    (self.tenant.id, self.import_id, _hashed(key), line)
                    for key, line in keys.items()
                ],
            )

    def tell(
        self,
        event_type: EventType,
        told: Callable[[Any], tuple[UUID, dict[str, Any]]],
        things: Iterable[Any],
    ) -> None:
        """Store an event for each of ``things``, if any endpoint wants to know of such."""
        if subscribers(self.session, self.tenant.id, event_type):
            all_told = [told(thing) for thing in things]
            emit_all(self.session, self.tenant.id, event_type, all_told, now=self.now)


def _hashed(key: str) -> str:
    """A key of any length as it is stored, which also keeps it from being read."""
    return hashlib.sha256(key.encode()).hexdigest()
