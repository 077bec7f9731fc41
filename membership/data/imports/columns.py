"""The columns of each kind of file, and how a header and its lines are brought into them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from membership.data.imports import checks
from membership.data.imports.schemas import ImportOptions
from membership.store.models import ImportKind
from membership.web.access import Tenant

Values = dict[str, Any]
"""The values of a line by column; what is empty is not there."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the reading of values depends on beside the values."""

    country: str | None
    local_days: bool

    @classmethod
    def of(cls, tenant: Tenant, options: ImportOptions) -> "Rules":
        """The rules of an import of an organization."""
        return cls(tenant.country, options.day_first_dates)


Check = Callable[[str, Rules], Any]


def _plain(check: Callable[[str], Any]) -> Check:
    """A check that depends on nothing but the value."""
    return lambda text, _rules: check(text)


def _day(text: str, rules: Rules) -> Any:
    return checks.day(text, local=rules.local_days)


def _phone(text: str, rules: Rules) -> Any:
    return checks.phone(text, rules.country)


COLUMNS: Mapping[ImportKind, Mapping[str, Check]] = {
    ImportKind.CUSTOMERS: {
        "number": _plain(checks.number),
        "given_name": _plain(checks.line),
        "family_name": _plain(checks.line),
        "email": _plain(checks.email),
        "phone": _phone,
        "birth_date": _day,
        "language": _plain(checks.language),
        "state": _plain(checks.state),
        "desk_note": _plain(checks.paragraph),
        "card_code": _plain(checks.card_code),
    },
    ImportKind.COMPANIES: {
        "name": _plain(checks.name),
        "billing_name": _plain(checks.line),
        "billing_email": _plain(checks.email),
        "seat_cap": _plain(checks.seat_cap),
        "email_domains": _plain(checks.email_domains),
    },
    ImportKind.LINKS: {
        "company": _plain(checks.reference),
        "customer": _plain(checks.reference),
        "role": _plain(checks.line),
    },
    ImportKind.MEMBERSHIPS: {
        "plan": _plain(checks.reference),
        "customer": _plain(checks.reference),
        "company": _plain(checks.reference),
        "starts_on": _day,
        "last_day": _day,
        "payment_overdue": _plain(checks.yes_or_no),
    },
}
"""What each kind of file may have; values come out as they are stored."""

_ALTERNATIVES: Mapping[ImportKind, tuple[frozenset[str], ...]] = {
    ImportKind.CUSTOMERS: (frozenset({"given_name", "family_name"}),),
    ImportKind.COMPANIES: (frozenset({"name"}),),
    ImportKind.LINKS: (frozenset({"company"}), frozenset({"customer"})),
    ImportKind.MEMBERSHIPS: (frozenset({"plan"}), frozenset({"customer", "company"})),
}
"""Of each of these sets a file needs one column, and each line a value."""


class HeaderError(ValueError):
    """A header that cannot be used; the text names the column."""


def header_of(kind: ImportKind, fields: list[str], given: Mapping[str, str | None]) -> list[str]:
    """The column of each field, in order; empty for those that are left out.

    ``given`` tells columns by the names they have in the file. Raises HeaderError.
    """
    known = COLUMNS[kind]
    told = {_folded(name): column for name, column in given.items()}
    header: list[str] = []
    for field in fields:
        column = told.get(_folded(field), _folded(field)) or ""
        if column and column not in known:
            raise HeaderError(f"unknown column {field[:80]!r}; known are {', '.join(known)}")
        if column and column in header:
            raise HeaderError(f"the column {column!r} is there twice")
        if not field.strip() and not column and _folded(field) not in told:
            raise HeaderError(f"column {len(header) + 1} has no name")
        header.append(column)
    for absent in told.keys() - {_folded(field) for field in fields}:
        raise HeaderError(f"there is no column {absent!r} to read")
    for needed in _ALTERNATIVES[kind]:
        if not needed.intersection(header):
            raise HeaderError(f"the column {' or '.join(sorted(needed))} is missing")
    return header


def _folded(name: str) -> str:
    """A column's name as it is compared: 'Given name' is 'given_name'."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


class LineCheck:
    """Checks the fields of lines. One is made for each header."""

    def __init__(self, kind: ImportKind, header: list[str], rules: Rules) -> None:
        self._columns = [
            (place, column, COLUMNS[kind][column]) for place, column in enumerate(header) if column
        ]
        self._count = len(header)
        self._needed = [(needed, " or ".join(sorted(needed))) for needed in _ALTERNATIVES[kind]]
        self._rules = rules

    def __call__(self, fields: list[str]) -> Values:
        """The values of a line. Raises ValueError with a text that names the column."""
        if len(fields) != self._count:
            raise ValueError(f"has {len(fields)} fields where the header has {self._count}")
        rules = self._rules
        values: Values = {}
        for place, column, check in self._columns:
            field = fields[place]
            # Exports mark cells that a spreadsheet would compute: membership.data.exports.cells.
            text = field.strip() if field[:1] != "'" else _undefused(field)
            if not text:
                continue
            try:
                value = check(text, rules)
            except ValueError as error:
                raise ValueError(f"{column}: {error}") from None
            if value != "":
                values[column] = value
        for needed, names in self._needed:
            if needed.isdisjoint(values):
                raise ValueError(f"{names}: is needed")
        return values


def _undefused(field: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from computing it."""
    return (
        field[1:].strip() if field[1:2] in {"=", "+", "-", "@", "\t", "\r", "'"} else field.strip()
    )
