"""Remembers lines that nothing tells apart but their content, so that the same file adds nobody.

A customer with a name only cannot be recognised: two people may have it. So the content of such a
line is remembered, as a digest, with the customer whom it created. Read again, by another import,
each line leads to one of them; a further line of the same content is another person.
"""

import hashlib
from collections import defaultdict
from uuid import UUID, uuid4

from sqlalchemy import select, update

from membership.data.imports.batch import Batch
from membership.data.imports.bulk import chunks, insert_rows
from membership.data.imports.parse.columns import Values
from membership.members.customers.aliases import resolve_all
from membership.store.models import Customer, ImportLine

_TELLING = frozenset(
    {"number", "email", "phone", "birth_date", "card_code", "other_card_codes", "former_numbers"}
)
_COLUMNS = ("organization_id", "id", "content", "subject_id", "import_id")


def content_of(batch: Batch, values: Values) -> str | None:
    """Return the digest of a line that has nothing but a name; None for others."""
    if not _TELLING.isdisjoint(values):
        return None
    text = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    return hashlib.sha256(f"{batch.tenant.id}\n{text}".encode()).hexdigest()


class Remembered:
    """The remembered lines of the contents of a batch, that this import did not read yet."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._left: dict[str, list[ImportLine]] = defaultdict(list)
        self._new: list[tuple[str, UUID]] = []
        self._read: list[UUID] = []
        values = [item.values for item in batch.valid_items() if item.values is not None]
        contents = {found for each in values if (found := content_of(batch, each)) is not None}
        for some in chunks(contents):
            rows = batch.session.scalars(
                select(ImportLine)
                .where(
                    ImportLine.organization_id == batch.tenant.id,
                    ImportLine.content.in_(some),
                    ImportLine.import_id != batch.import_id,
                )
                .order_by(ImportLine.id)
            )
            for row in rows:
                self._left[row.content].append(row)
        self._leave_read()
        self._people = self._load_people(
            {row.subject_id for rows in self._left.values() for row in rows}
        )

    def take(self, content: str | None) -> UUID | None:
        """The customer whom a line of this content created before; None for a new one."""
        while content is not None and self._left.get(content):
            row = self._left[content].pop(0)
            self._read.append(row.id)
            if (who := self._people.get(row.subject_id)) is not None:
                return who
        return None

    def add(self, content: str | None, who: UUID) -> None:
        """Remember a line that creates a customer."""
        if content is not None:
            self._new.append((content, who))

    def write(self) -> None:
        """Store what is remembered."""
        organization_id, import_id = self._batch.tenant.id, self._batch.import_id
        rows = [(organization_id, uuid4(), content, who, import_id) for content, who in self._new]
        insert_rows(self._batch.session.connection(), ImportLine, _COLUMNS, rows)
        for some in chunks(self._read):
            self._batch.session.execute(
                update(ImportLine)
                .where(ImportLine.organization_id == organization_id, ImportLine.id.in_(some))
                .values(import_id=import_id)
            )

    def store_keys(self) -> None:
        """Store in a dry run which lines were read, for the batches after this one."""
        self._batch.store_keys({_read_key(each): 0 for each in self._read})

    def _leave_read(self) -> None:
        """Leave out the lines that earlier batches of a dry run read; a real run marked them."""
        if self._batch.dry_run:
            ids = {_read_key(row.id) for rows in self._left.values() for row in rows}
            before = self._batch.earlier_keys(ids)
            for content, rows in self._left.items():
                self._left[content] = [row for row in rows if _read_key(row.id) not in before]

    def _load_people(self, who: set[UUID]) -> dict[UUID, UUID]:
        """The customers of remembered lines, or those who they were merged into, by former id.

        Those who were erased are left out.
        """
        here = self._batch.tenant.id
        merged = resolve_all(self._batch.session, here, who)
        stayed = {each: merged.get(each, each) for each in who}
        there: set[UUID] = set()
        for some in chunks(set(stayed.values())):
            there.update(
                self._batch.session.scalars(
                    select(Customer.id).where(
                        Customer.organization_id == here,
                        Customer.id.in_(some),
                        Customer.erased_at.is_(None),
                    )
                )
            )
        return {old: new for old, new in stayed.items() if new in there}


def _read_key(line: UUID) -> str:
    """The key of a remembered line that a dry run read."""
    return f"read\n{line}"
