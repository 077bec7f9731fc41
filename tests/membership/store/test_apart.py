"""Items that are worked on together: those that fail are found, and nothing of them stays."""

from collections.abc import Sequence

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from membership.base.actors import SERVICE
from membership.store.apart import work_apart
from membership.store.database import Database
from membership.store.models import Throttle
from tests.membership.support import NOON


@pytest.mark.parametrize("sick", [set(), {0}, {3, 7}, {9}, set(range(10))])
def test_only_what_fails_is_left_out(database: Database, sick: set[int]) -> None:
    with database.writing(SERVICE, NOON) as (session, _):
        connection = session.connection()

        def store(some: Sequence[int]) -> list[int]:
            for number in some:
                values = {"name": f"n{number}", "count": 1, "window_began_at": NOON}
                connection.execute(insert(Throttle), values)
                if number in sick:  # an error of the database, after a row was written
                    connection.execute(insert(Throttle), values)
            return list(some)

        done, failed = work_apart(session, range(10), store)
    healthy = [number for number in range(10) if number not in sick]
    assert [number for some in done for number in some] == healthy
    assert {number for number, _ in failed} == sick
    with database.readers.begin() as session:
        names = session.scalars(select(Throttle.name).order_by(Throttle.name)).all()
    assert names == [f"n{number}" for number in healthy]


def test_a_fault_of_the_database_is_nobodys(database: Database) -> None:
    def lost(_some: Sequence[int]) -> None:
        raise OperationalError("SELECT 1", {}, ConnectionError(), connection_invalidated=True)

    with (
        pytest.raises(OperationalError),
        database.writing(SERVICE, NOON) as (session, _),
    ):
        work_apart(session, [1, 2], lost)
