"""Remembers what a dry run would have set, so that it judges further lines as a real run does.

Values are compared by digests: nothing of a person is stored but in the file itself.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from membership.data.imports.batch import Batch
from membership.data.imports.resolve.people import digest_for

_Subject = UUID | int
"""A row, or the line of a dry run that would create it."""


class Tried:
    """The fields that earlier lines of a dry run set, by subject. Empty in a real run."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._digest = digest_for(batch.import_id)
        self._set: dict[_Subject, dict[str, str]] = {}
        self._lines: dict[_Subject, int] = {}

    def load(self, subjects: Iterable[_Subject]) -> None:
        """Load what earlier batches set of subjects."""
        keys = {_key(each): each for each in subjects if each not in self._set}
        for key, pairs in self._batch.earlier_people(keys).items():
            self._set[keys[key]] = dict(pairs)

    def differs(self, subject: _Subject, name: str, value: Any, stored: Any) -> bool:
        """Whether a value is another one than was set, or else than is stored."""
        before = self._set.get(subject, {}).get(name)
        return bool(stored != value) if before is None else before != self._mark(value)

    def set(self, subject: _Subject, values: Mapping[str, Any], line: int) -> None:
        """Set fields of a subject in a dry run."""
        if self._batch.dry_run and values:
            marks = {name: self._mark(value) for name, value in values.items()}
            self._set[subject] = {**self._set.get(subject, {}), **marks}
            self._lines.setdefault(subject, line)

    def store(self) -> None:
        """Store what was set, for the batches after this one."""
        self._batch.store_people(
            {
                _key(subject): (line, [list(each) for each in self._set[subject].items()])
                for subject, line in self._lines.items()
            }
        )

    def _mark(self, value: Any) -> str:
        """The digest of a value."""
        return self._digest(f"={value}")


def _key(subject: _Subject) -> str:
    """The key of a subject."""
    return f"set\n{subject}"
