"""The field map is complete, and says of every field what can be done to it."""

import pytest

from membership.data.privacy.fields import FIELDS, Erasure, Field, Whose
from membership.store.base_model import Base
from membership.store.models import Organization
from tools.personal_table import PAGE, page

TABLES = Organization.metadata.sorted_tables
ALL = [
    pytest.param(table, name, field, id=f"{table}.{name}")
    for table, fields in FIELDS.items()
    for name, field in fields.items()
]


def test_every_column_of_every_table_is_in_the_map() -> None:
    """Whoever adds a column decides here whose data it holds and what erasure does to it."""
    stored = {(table.name, column.name) for table in TABLES for column in table.columns}
    mapped = {(table, name) for table, fields in FIELDS.items() for name in fields}
    assert stored - mapped == set()
    assert mapped - stored == set()
    assert Base.metadata is Organization.metadata


@pytest.mark.parametrize(("table", "name", "field"), ALL)
def test_each_field_can_be_treated_as_it_says(table: str, name: str, field: Field) -> None:
    column = Organization.metadata.tables[table].columns[name]
    if field.erasure is Erasure.NULL:
        assert column.nullable
    if field.erasure is Erasure.TEXT:
        assert len(field.text) <= (getattr(column.type, "length", None) or 1000)
    if field.erasure is Erasure.IF_ACTOR:
        assert {"actor_kind", "actor_id"} <= set(FIELDS[table])
    if field.whose is Whose.CUSTOMER:
        # What is the customer's own goes, or there is a reason.
        assert (field.erasure is Erasure.KEEP) == bool(field.why_kept)
    elif field.erasure is not Erasure.IF_ACTOR:
        assert field.erasure is Erasure.KEEP
    if field.whose in {Whose.SECRET, Whose.STAFF, Whose.CONTACT}:
        assert not field.shown


def test_secrets_are_called_so() -> None:
    """Names under which secrets are stored elsewhere in this schema."""
    for table, fields in FIELDS.items():
        for name, field in fields.items():
            if name in {"digest", "password_hash", "secret", "former_secret", "code"}:
                assert field.whose is Whose.SECRET, (table, name)


def test_the_page_tells_the_map_as_it_is() -> None:
    """If not: ``python -m tools.personal_table``."""
    assert PAGE.read_text(encoding="utf-8") == page()
