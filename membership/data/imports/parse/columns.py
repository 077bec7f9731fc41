"""The columns of each kind of file, and the parsing of headers and lines by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from membership.data.exports.cells import is_escaped
from membership.data.imports.parse import cells
from membership.data.imports.schemas import ImportOptions
from membership.store.models import ImportKind
from membership.web.access import Tenant

Values = dict[str, Any]
"""The values of a line by column, without empty ones."""


@dataclass(frozen=True, slots=True)
class ParseRules:
    """The settings that the parsing of values depends on."""

    country: str | None
    local_days: bool

    @classmethod
    def of(cls, tenant: Tenant, options: ImportOptions) -> "ParseRules":
        """The rules of an import of an organization."""
        return cls(tenant.country, options.day_first_dates)


Check = Callable[[str, ParseRules], Any]


def _plain(check: Callable[[str], Any]) -> Check:
    """A check that depends on the value only."""
    return lambda text, _rules: check(text)


def _day(text: str, rules: ParseRules) -> Any:
    return cells.day(text, local=rules.local_days)


def _phone(text: str, rules: ParseRules) -> Any:
    return cells.phone(text, rules.country)


COLUMNS: Mapping[ImportKind, Mapping[str, Check]] = {
    ImportKind.CUSTOMERS: {
        "number": _plain(cells.number),
        "given_name": _plain(cells.line),
        "family_name": _plain(cells.line),
        "email": _plain(cells.email),
        "phone": _phone,
        "birth_date": _day,
        "language": _plain(cells.language),
        "state": _plain(cells.state),
        "desk_note": _plain(cells.paragraph),
        "card_code": _plain(cells.card_code),
        "other_card_codes": _plain(cells.card_codes),
    },
    ImportKind.COMPANIES: {
        "name": _plain(cells.name),
        "billing_name": _plain(cells.line),
        "billing_email": _plain(cells.email),
        "seat_cap": _plain(cells.seat_cap),
        "email_domains": _plain(cells.email_domains),
    },
    ImportKind.LINKS: {
        "company": _plain(cells.reference),
        "customer": _plain(cells.reference),
        "role": _plain(cells.line),
    },
    ImportKind.MEMBERSHIPS: {
        "plan": _plain(cells.reference),
        "customer": _plain(cells.reference),
        "company": _plain(cells.reference),
        "starts_on": _day,
        "last_day": _day,
        "payment_overdue": _plain(cells.yes_or_no),
    },
}
"""The columns of each kind of file, with the parsers of their values."""

_ALTERNATIVES: Mapping[ImportKind, tuple[frozenset[str], ...]] = {
    ImportKind.CUSTOMERS: (frozenset({"given_name", "family_name"}),),
    ImportKind.COMPANIES: (frozenset({"name"}),),
    ImportKind.LINKS: (frozenset({"company"}), frozenset({"customer"})),
    ImportKind.MEMBERSHIPS: (frozenset({"plan"}), frozenset({"customer", "company"})),
}
"""A file needs one column of each of these sets, and each line a value."""


class HeaderError(ValueError):
    """A header that cannot be used; the text names the column."""


def header_of(kind: ImportKind, fields: list[str], given: Mapping[str, str | None]) -> list[str]:
    """The column of each field of a header, in order; empty for those that are left out.

    ``given`` maps names in the file to columns. Raises HeaderError.
    """
    known = COLUMNS[kind]
    renamed = {_folded(name): column for name, column in given.items()}
    header: list[str] = []
    for field in fields:
        column = renamed.get(_folded(field), _folded(field)) or ""
        if column and column not in known:
            raise HeaderError(f"unknown column {field[:80]!r}; known are {', '.join(known)}")
        if column and column in header:
            raise HeaderError(f"the column {column!r} is there twice")
        if not field.strip() and not column and _folded(field) not in renamed:
            raise HeaderError(f"column {len(header) + 1} has no name")
        header.append(column)
    for absent in renamed.keys() - {_folded(field) for field in fields}:
        raise HeaderError(f"there is no column {absent!r} to read")
    for needed in _ALTERNATIVES[kind]:
        if not needed.intersection(header):
            raise HeaderError(f"the column {' or '.join(sorted(needed))} is missing")
    return header


def _folded(name: str) -> str:
    """A column's name in the form that is compared: 'Given name' is 'given_name'."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


class LineParser:
    """Parses the fields of lines below one header."""

    def __init__(self, kind: ImportKind, header: list[str], rules: ParseRules) -> None:
        self._columns = [
            (place, column, COLUMNS[kind][column]) for place, column in enumerate(header) if column
        ]
        self._count = len(header)
        self._needed = [(needed, " or ".join(sorted(needed))) for needed in _ALTERNATIVES[kind]]
        self._rules = rules

    def __call__(self, fields: list[str]) -> Values:
        """Parse the fields of a line. Raises ValueError with a text that names the column."""
        if len(fields) != self._count:
            raise ValueError(f"has {len(fields)} fields where the header has {self._count}")
        rules = self._rules
        values: Values = {}
        for place, column, check in self._columns:
            field = fields[place]
            # Exports escape cells that a spreadsheet would compute: membership.data.exports.cells.
            text = field.strip() if field[:1] != "'" else _without_apostrophe(field)
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


def _without_apostrophe(field: str) -> str:
    """A cell without the apostrophe by which exports escape it."""
    return field[1:].strip() if is_escaped(field) else field.strip()
