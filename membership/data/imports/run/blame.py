"""Whether an error of a batch is of one of its lines, and what the report says of that line."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

_OF_A_LINE = (IntegrityError, DataError)
"""What the database refuses: a value that is taken, or does not fit its column."""


def is_of_a_line(error: Exception) -> bool:
    """Return whether a line may be to blame: not for a database that is busy, full or away."""
    if isinstance(error, DBAPIError):
        return isinstance(error, _OF_A_LINE)
    return not isinstance(error, SQLAlchemyError | OSError | MemoryError)


def why_refused(error: Exception) -> str:
    """Return what the report says of the line that an error is of."""
    if isinstance(error, DataError):
        return "cannot be stored: a value is too long, or of another form than its column"
    if isinstance(error, SQLAlchemyError):
        return "cannot be stored: it contradicts what is there"
    return f"cannot be stored: a fault of this service ({type(error).__name__})"
