"""Replace what is personal inside stored JSON: in the audit, and in answers kept for repeats."""

from collections.abc import Collection, Mapping
from typing import Any

from membership.data.privacy.fields import ERASED_NAME, FIELDS, Erasure, Whose

_BLANKS: Mapping[str, str | None] = {
    name: field.text if field.erasure is Erasure.TEXT else None
    for columns in FIELDS.values()
    for name, field in columns.items()
    if field.whose is Whose.CUSTOMER and field.erasure in {Erasure.NULL, Erasure.TEXT}
}
"""What erasure leaves in each field that names a customer."""

_OF_VIEWS: Mapping[str, str | None] = {"name": ERASED_NAME, "photo_path": None, "text": None}
"""The same, of what answers show of a customer under other names."""

MARK = "erased"
"""Stands in the audit for a value that was there."""


def blank_entry(value: Any) -> Any:
    """A part of an audit entry with its personal values replaced by a mark."""
    if isinstance(value, list):
        return [blank_entry(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: MARK if name in _BLANKS and each is not None else blank_entry(each)
        for name, each in value.items()
    }


def blank_answer(value: Any, own_ids: Collection[str]) -> Any:
    """An answer as it would be given of the erased customer: still valid, but naming nobody."""
    if isinstance(value, list):
        return [blank_answer(each, own_ids) for each in value]
    if not isinstance(value, dict):
        return value
    blanks = {**_BLANKS, **_OF_VIEWS} if str(value.get("id")) in own_ids else _BLANKS
    return {
        name: blanks[name] if name in blanks else blank_answer(each, own_ids)
        for name, each in value.items()
    }
