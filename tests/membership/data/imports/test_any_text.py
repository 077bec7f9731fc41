"""Whatever a file says, each of its lines comes to something and nothing breaks."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from membership.commands.import_ import run, upload
from membership.data.imports.schemas import Duplicates, NewImport, OnDuplicate
from membership.store.database import Database, open_database
from membership.store.models import Customer, ImportKind, ImportState
from membership.web.access import Tenant
from tests.generated import examples
from tests.membership.conftest import Databases
from tests.membership.data.imports.test_resuming import club, now

_CELL = st.one_of(
    st.sampled_from(
        ["", "A", "a@example.com", "A@EXAMPLE.com", "+49301234567", "1990-01-01", "C-000001",
         "C-999999999999", "7", "de", "banned", '"', "\x00", "=1", "ß", "\ud7ff", "x" * 200]
    ),
    st.text(alphabet='ab@.,;"\n\té', max_size=12),
)  # fmt: skip
_LINES = st.lists(st.lists(_CELL, min_size=4, max_size=6), max_size=12)
HEADER = "number,given_name,email,phone,birth_date"


@pytest.fixture(scope="module")
def place(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Tenant]]:
    """A database with an organization, for all examples."""
    folder = tmp_path_factory.mktemp("any")
    database = open_database(databases.new(backend, folder))
    yield database, club(database)
    database.engine.dispose()


@settings(
    max_examples=examples(100, few=12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_LINES, st.sampled_from(list(OnDuplicate)), st.booleans())
def test_any_text(
    place: tuple[Database, Tenant],
    lines: list[list[str]],
    action: OnDuplicate,
    dry_run: bool,
) -> None:
    database, tenant = place
    text = "\n".join([HEADER, *(",".join(cells) for cells in lines)])
    new = NewImport(
        kind=ImportKind.CUSTOMERS, dry_run=dry_run, duplicates=Duplicates(action=action)
    )
    before = _customers(database)
    import_id = upload(database, tenant, new, io.BytesIO(text.encode()), clock=now)
    ended = run(database, tenant, import_id, clock=now, progress=lambda _shown: None)
    assert ended.state is ImportState.FINISHED, ended
    assert sum(dict(ended.counts).values()) == ended.lines_done == ended.lines_total
    created = 0 if dry_run else ended.counts.created
    assert _customers(database) == before + created


def _customers(database: Database) -> int:
    with database.readers.begin() as session:
        return session.scalar(select(func.count()).select_from(Customer)) or 0
