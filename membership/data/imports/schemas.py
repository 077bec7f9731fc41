"""Messages about imports."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from api_client.messages.coercion import NoCoercion
from api_client.messages.scan import Message
from membership.base.fields import STORED, Line
from membership.base.request_body import RequestBody
from membership.data.imports.arrive.decoding import Encoding
from membership.store.models import ImportKind, ImportState

__all__ = ["ImportOptions", "ImportPage", "ImportView", "NewImport", "ReportPage"]


class MatchBy(StrEnum):
    """How a line is recognised as an existing record."""

    NUMBER = "number"
    EMAIL = "email"
    PHONE = "phone"
    NAME_BIRTH_DATE = "name_birth_date"


class OnDuplicate(StrEnum):
    """What to do with a line of an existing record."""

    SKIP = "skip"
    UPDATE = "update"
    CREATE = "create"


class LineOutcome(StrEnum):
    """The outcome of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REFUSED = "refused"


class LineNote(StrEnum):
    """A hint for a person to check, in addition to the outcome of a line."""

    MAYBE_SAME = "maybe_same"
    MERGED = "merged"
    LEFT_OUT = "left_out"


class MaybeSame(StrEnum):
    """What to do with a line that shares an address with a customer of another name."""

    CREATE = "create"
    SKIP = "skip"
    SAME = "same"


class Duplicates(RequestBody):
    """How existing records are recognised, and what to do with their lines."""

    match: tuple[MatchBy, ...] = Field(
        default=(MatchBy.EMAIL, MatchBy.PHONE, MatchBy.NAME_BIRTH_DATE),
        max_length=4,
        examples=[["email", "phone"]],
        description="For customers: looked at in this order, the first that fits decides. "
        "Companies are recognised by name, links by both ends, memberships by owner, plan and "
        "first day. A line without a first day means the membership of the plan that runs, or "
        "was imported, if there is one.",
    )
    action: OnDuplicate = Field(
        default=OnDuplicate.SKIP,
        description="`update` sets the fields that are not empty. Of memberships it moves the last "
        "day further, and sets whether a payment is overdue; what was sold stays.",
    )
    maybe_same: MaybeSame = Field(
        default=MaybeSame.CREATE,
        description="For customers who share an email address, a telephone, or a name and date of "
        "birth with somebody, and have another number, name or date of birth: `create` makes "
        "another customer, `skip` leaves the line out, for a person to decide; `same` takes "
        "another name for a changed one. Another number or date of birth is always another "
        "person.",
    )


class DateOrder(StrEnum):
    """Whether the day or the month comes first in 3/4/1990."""

    AUTO = "auto"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class BadValues(StrEnum):
    """What to do with a line that has an invalid optional value."""

    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"


class ImportOptions(Message):
    """Options for reading a file."""

    duplicates: Duplicates = Duplicates()
    delimiter: str | None = Field(
        default=None,
        pattern=r"^[,;\t|]$",
        examples=[";"],
        description="By default the one that the header has most of: comma, semicolon, tab or |.",
    )
    encoding: Encoding = Field(
        default=Encoding.AUTO,
        description="By default found by the bytes: UTF-8, UTF-16 with a mark, or Windows-1252.",
    )
    columns: dict[Line, Line | None] = Field(
        default={},
        max_length=100,
        examples=[{"Vorname": "given_name", "Old id": None}],
        description="Our column for names in the header that are others; null leaves one out.",
    )
    day_first_dates: bool = Field(
        default=False, description="The same as `date_order` `day_first`."
    )
    date_order: DateOrder = Field(
        default=DateOrder.AUTO,
        description="Which of 3/4/1990 is the day: by default judged for each column by values "
        "such as 31/12/1990, and else by the country. With dots the day is always first.",
    )
    bad_values: BadValues = Field(
        default=BadValues.REFUSE,
        description="`leave_out` takes a line without a bad value that it does not need, such as "
        "a telephone, and says so; states, plans and days of memberships are always needed.",
    )

    @property
    def order_of_dates(self) -> bool | None:
        """Return whether the day comes first; None to detect it."""
        if self.date_order is DateOrder.AUTO:
            return True if self.day_first_dates else None
        return self.date_order is DateOrder.DAY_FIRST

    @classmethod
    def stored(cls, options: Any) -> Self:
        """Return options that were stored, also with characters that are refused today."""
        return cls.model_validate(options, context=STORED)


class NewImport(NoCoercion, ImportOptions):
    """An import to prepare; the file is sent next."""

    model_config = ConfigDict(extra="forbid")

    kind: ImportKind = Field(examples=["customers"])
    dry_run: bool = Field(
        default=False, description="Check everything and store nothing but the report."
    )
    file_name: Line = Field(default="", examples=["members.csv"])


class StartImport(RequestBody):
    """How an import is started."""

    dry_run: bool | None = Field(
        default=None,
        description="Another choice than before: false does in earnest what was tried.",
    )


class ImportCounts(Message):
    """Number of lines by outcome."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    refused: int = 0


class ImportView(Message):
    """An import and its progress."""

    id: UUID
    kind: ImportKind
    state: ImportState = Field(
        description="`indexing`: all lines are stored, and new customers are being made findable "
        "by parts of their name; they are found by number, card and id before."
    )
    dry_run: bool
    file_name: str
    file_bytes: int = Field(description="Size of the file as it is kept, which is not in UTF-16.")
    bytes_done: int
    lines_total: int | None = Field(
        description="Lines without the header: about, until the import has finished."
    )
    lines_done: int
    counts: ImportCounts
    maybe_same: int = Field(
        default=0, description="Lines that may mean somebody who is there: see the report."
    )
    left_out: int = Field(
        default=0, description="Lines that were taken without a bad value: see the report."
    )
    guesses: tuple[str, ...] = Field(
        default=(),
        description="How the file is read where it could be read otherwise: its header, columns "
        "and the order of days.",
        examples=[["the header is line 2", "Vorname is read as given_name"]],
    )
    merged: int = Field(
        default=0, description="Lines that mean the same person as another line of the file."
    )
    lines_per_second: float | None = Field(description="Since it was started.")
    encoding: str
    delimiter: str
    options: ImportOptions
    error: str | None = Field(description="Why it failed, with the line where one is to blame.")
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None


class ImportPage(Message):
    """A page of imports, latest first."""

    items: tuple[ImportView, ...]
    next_cursor: str | None = None


class ReportLine(Message):
    """The outcome of a line of the file."""

    line: int = Field(description="Number of the line in the file; the header is line 1.")
    outcome: LineOutcome
    id: UUID | None = Field(description="What was created or found.")
    message: str = Field(description="Why, naming the column.")
    note: LineNote | None = Field(default=None, description="The first of the `notes`.")
    notes: tuple[LineNote, ...] = Field(
        default=(),
        description="`maybe_same`: the line shares an address with somebody else; `merged`: it "
        "means the same person as another line of the file; `left_out`: it was taken without a "
        "bad value.",
    )


class ReportPage(Message):
    """A page of a report, in the order of the file."""

    items: tuple[ReportLine, ...]
    next_cursor: str | None = None


def pace(done: int, since: datetime | None, until: datetime) -> float | None:
    """Return lines per second, or None before the first."""
    seconds = 0.0 if since is None else (until - since).total_seconds()
    return round(done / seconds, 1) if seconds > 0 and done else None
