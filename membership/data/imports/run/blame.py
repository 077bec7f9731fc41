"""Whether an error of a batch is of one of its lines, and what the report says of that line."""

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
)

from membership.store.errors import INVALID_VALUE, database_problem

_OF_A_LINE = (IntegrityError, DataError)
"""What the database refuses: a value that is taken, or does not fit its column."""


def is_of_a_line(error: Exception) -> bool:
    """Return whether a line may be to blame: not for a database that is busy, full or away."""
    return not (is_transient(error) or isinstance(error, OSError | MemoryError))


def is_transient(error: Exception) -> bool:
    """Return whether the same may succeed later, as the database is busy, full or away.

    Statements that it cannot run are no such error, and neither are limits of it that the lines
    of a batch exceed: they fail whenever they are tried.
    """
    if not isinstance(error, SQLAlchemyError) or isinstance(error, _OF_A_LINE):
        return False
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    problem = database_problem(error)
    if problem is not None:
        return problem is not INVALID_VALUE
    return isinstance(error, InterfaceError | OperationalError) and _has_no_code(error)


def _has_no_code(error: DBAPIError) -> bool:
    """Whether neither database says what it is, as for a connection that broke."""
    codes = (getattr(error.orig, name, None) for name in ("sqlite_errorcode", "sqlstate"))
    return not any(codes)


def is_fault(error: Exception) -> bool:
    """Return whether an error is one of this service, and not of a value that it was given."""
    return not isinstance(error, _OF_A_LINE)


def why_refused(error: Exception) -> str:
    """Return what the report says of the line that an error is of."""
    if isinstance(error, DataError):
        return "cannot be stored: a value is too long, or of another form than its column"
    if isinstance(error, IntegrityError):
        return "cannot be stored: it contradicts what is there"
    return f"cannot be stored: a fault of this service ({type(error).__name__})"
