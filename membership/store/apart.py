"""Working on many items at once, so that one which fails does not keep the others from it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from membership.store.errors import database_problem

Item = TypeVar("Item")
Result = TypeVar("Result")


def work_apart(
    session: Session, items: Sequence[Item], work: Callable[[Sequence[Item]], Result]
) -> tuple[list[Result], list[tuple[Item, Exception]]]:
    """Work on all items together and, if that fails, on each half, down to those that fail.

    Each call of ``work`` is in a savepoint, so that nothing of a failed one stays. Returns the
    results of the calls that succeeded, in order, and the items that failed with their errors.
    Raises errors of the database that concern no item, such as a lost connection.
    """
    if not items:
        return [], []
    try:
        with session.begin_nested():
            session.connection()  # begins the savepoint, also for who has the connection already
            return [work(items)], []
    except Exception as error:
        if is_of_database(error):
            raise
        if len(items) == 1:
            return [], [(items[0], error)]
    middle = len(items) // 2
    first, failed_first = work_apart(session, items[:middle], work)
    then, failed_then = work_apart(session, items[middle:], work)
    return [*first, *then], [*failed_first, *failed_then]


def is_of_database(error: Exception) -> bool:
    """Whether an error is about the database as a whole and not about what is in it."""
    if not isinstance(error, SQLAlchemyError) or isinstance(error, DataError | IntegrityError):
        return False
    return database_problem(error) is not None
