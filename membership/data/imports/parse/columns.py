"""The columns of each kind of file, and the parsing of headers and lines by them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from membership.data.imports.parse import cells
from membership.data.imports.parse.days import is_empty_day, order_of_country, parse_day
from membership.data.imports.parse.headings import column_for, headings_of
from membership.data.imports.parse.spreadsheet import Form, cell_text
from membership.data.imports.schemas import BadValues, ImportOptions
from membership.store.models import ImportKind
from membership.web.access import Tenant

_GIVEN = "given_name"
_NEWEST = 2079
"""The latest year that two digits mean where no birth is meant."""
_EMPTY = (None, "", ())
"""What a cell without a value is read as."""
Values = dict[str, Any]
"""The values of a line by column, without empty ones."""


@dataclass(frozen=True, slots=True)
class ParseRules:
    """The settings that the parsing of values depends on.

    ``day_first`` tells for columns of days whether the day comes before the month; where it does
    not, the country decides. ``newest_birth`` is the latest year of birth that two digits mean.
    With ``leave_out`` a bad value that is not needed is left out.
    """

    country: str | None
    day_first: Mapping[str, bool] = field(default_factory=dict)
    newest_birth: int = 2029
    leave_out: bool = False

    @classmethod
    def of(
        cls,
        tenant: Tenant,
        options: ImportOptions,
        day_first: Mapping[str, bool] | None = None,
        *,
        year: int = 2029,
    ) -> "ParseRules":
        """The rules of an import of an organization, read in ``year``."""
        order = options.order_of_dates
        given = {} if order is None else dict.fromkeys(DAY_COLUMNS, order)
        leave_out = options.bad_values is BadValues.LEAVE_OUT
        return cls(tenant.country, given or day_first or {}, year, leave_out)

    def order_in(self, column: str) -> bool | None:
        """Whether the day comes before the month in a column; None if nothing tells."""
        return self.day_first.get(column, order_of_country(self.country))


Parse = Callable[[str, str, ParseRules], Any]
"""Returns the value of a cell's text, given the cell as it was and the rules; raises ValueError."""


class Guessed(NamedTuple):
    """A value that could be meant otherwise."""

    value: Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its parser, and whether its cells are texts, names or values of a form.

    ``is_optional`` tells whether a line may be taken without its value if that is bad.
    """

    parse: Parse
    form: Form = Form.VALUE
    is_optional: bool = True


def _by_text(parse: Callable[[str], Any]) -> Parse:
    """A parser that looks at the text alone."""
    return lambda text, _field, _rules: parse(text)


def _value(parse: Callable[[str], Any]) -> Column:
    return Column(_by_text(parse))


def _text(parse: Callable[[str], Any]) -> Column:
    return Column(_by_text(parse), Form.TEXT)


def _name(parse: Callable[[str], Any]) -> Column:
    return Column(_by_text(parse), Form.NAME)


def _needed(parse: Callable[[str], Any], form: Form = Form.VALUE) -> Column:
    """A column without which a line would mean something else."""
    return Column(_by_text(parse), form, is_optional=False)


def _phone(text: str, _field: str, rules: ParseRules) -> Any:
    """The telephone in a cell, by the country."""
    return cells.phone(text, rules.country)


def _code(text: str, field: str, _rules: ParseRules) -> Any:
    """The code of a card in a cell, which may mark it as a text."""
    return cells.card_code(text, field)


def _codes(_text: str, field: str, _rules: ParseRules) -> Any:
    """The codes in a cell: each of its lines is one by itself."""
    return cells.card_codes(field)


def _former(_text: str, field: str, _rules: ParseRules) -> Any:
    """The former numbers in a cell, likewise."""
    return cells.former_numbers(field)


def _merged_numbers(_text: str, field: str, _rules: ParseRules) -> Any:
    """The numbers of merged customers in a cell, likewise."""
    return cells.merged_numbers(field)


def _former_emails(_text: str, field: str, _rules: ParseRules) -> Any:
    """The former addresses in a cell, likewise."""
    return cells.former_emails(field)


def _former_phones(_text: str, field: str, rules: ParseRules) -> Any:
    """The former telephones in a cell, by the country."""
    return cells.former_phones(field, rules.country)


def _day(column: str) -> Parse:
    """A parser of the days of a column."""

    def parse(text: str, _field: str, rules: ParseRules) -> date | Guessed | None:
        if is_empty_day(text):
            return None
        newest = rules.newest_birth if column == "birth_date" else _NEWEST
        found, guessed = parse_day(text, day_first=rules.order_in(column), newest=newest)
        return Guessed(found) if guessed else found

    return parse


DAY_COLUMNS = frozenset({"birth_date", "starts_on", "last_day"})
"""The columns that hold days."""

COLUMNS: Mapping[ImportKind, Mapping[str, Column]] = {
    ImportKind.CUSTOMERS: {
        "number": _value(cells.number),
        "given_name": _name(cells.line),
        "family_name": _name(cells.line),
        "email": _value(cells.email),
        "phone": Column(_phone),
        "birth_date": Column(_day("birth_date")),
        "language": _value(cells.language),
        "state": _needed(cells.state),
        "desk_note": _text(cells.paragraph),
        "card_code": Column(_code),
        "other_card_codes": Column(_codes, Form.TEXT),
        "former_numbers": Column(_former, Form.TEXT),
        "merged_numbers": Column(_merged_numbers, Form.TEXT),
        "former_emails": Column(_former_emails, Form.TEXT),
        "former_phones": Column(_former_phones, Form.TEXT),
    },
    ImportKind.COMPANIES: {
        "name": _needed(cells.name, Form.TEXT),
        "billing_name": _text(cells.line),
        "billing_email": _value(cells.email),
        "seat_cap": _needed(cells.seat_cap),
        "email_domains": _value(cells.email_domains),
    },
    ImportKind.LINKS: {
        "company": _needed(cells.reference, Form.TEXT),
        "customer": _needed(cells.reference),
        "role": _text(cells.line),
    },
    ImportKind.MEMBERSHIPS: {
        "plan": _needed(cells.reference, Form.TEXT),
        "customer": _needed(cells.reference),
        "company": _needed(cells.reference, Form.TEXT),
        "starts_on": Column(_day("starts_on"), is_optional=False),
        "last_day": Column(_day("last_day"), is_optional=False),
        "payment_overdue": _needed(cells.yes_or_no),
        "former_periods": _value(cells.periods),
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


UNNAMED = "?"
"""Stands in a header for a column without a name, in which no line may have a value."""


def header_of(
    kind: ImportKind,
    fields: list[str],
    given: Mapping[str, str | None],
    guesses: list[str] | None = None,
) -> list[str]:
    """The column of each field of a header, in order; empty for those that are left out.

    ``given`` maps names in the file to columns. Headings of other programs are recognised, and
    added to ``guesses``. Raises HeaderError.
    """
    known = COLUMNS[kind]
    renamed = {_folded(name): column for name, column in given.items()}
    names = [_folded(each) for each in fields]
    taken = {*names, *renamed.values()}
    has_given = any(_meaning(kind, each, renamed) == _GIVEN for each in fields)
    header: list[str] = []
    for heading, name in zip(fields, names, strict=True):
        column = _column(kind, heading, name, renamed, taken=taken, has_given=has_given)
        if column not in {*known, "", UNNAMED}:
            leave = f"--columns '{heading.strip()[:40]}=' leaves it out"
            raise HeaderError(
                f"unknown column {heading[:80]!r}; known are {', '.join(known)}; {leave}"
            )
        if column and column != UNNAMED and column in header:
            raise HeaderError(f"the column {column!r} is there twice")
        if guesses is not None and column in known and name not in {column, *renamed}:
            guesses.append(f"{' '.join(heading.split())[:80]} is read as {column}")
        header.append(column)
    for absent in renamed.keys() - set(names):
        raise HeaderError(f"there is no column {absent!r} to read")
    for needed in _ALTERNATIVES[kind]:
        if not needed.intersection(header):
            raise HeaderError(f"the column {' or '.join(sorted(needed))} is missing")
    return header


def _column(
    kind: ImportKind,
    heading: str,
    name: str,
    renamed: Mapping[str, str | None],
    *,
    taken: set[str | None],
    has_given: bool,
) -> str:
    """The column of a heading: as given, by our name, or by that of another program."""
    if name in renamed:
        return renamed[name] or ""
    if not name:
        return UNNAMED
    if name == "name" and kind is ImportKind.CUSTOMERS:
        # Beside a given name it is the family name; alone it is both, which nobody can part.
        return "family_name" if has_given else name
    found = column_for(kind, heading)
    return name if name in COLUMNS[kind] or found is None or found in taken else found


def _meaning(kind: ImportKind, heading: str, renamed: Mapping[str, str | None]) -> str | None:
    """The column that a heading means by itself, whatever stands beside it."""
    name = _folded(heading)
    if name in renamed:
        return renamed[name]
    return name if name in COLUMNS[kind] else column_for(kind, heading)


def known_headings(kind: ImportKind, fields: list[str]) -> int:
    """How many fields of a line are headings of columns."""
    return sum(
        _folded(each) in COLUMNS[kind] or column_for(kind, each) is not None for each in fields
    )


def _folded(name: str) -> str:
    """A column's name in the form that is compared: 'Given name' is 'given_name'."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


class LineParser:
    """Parses the fields of lines below one header.

    ``notes`` are sentences about the last line: what was guessed, and what was left out.
    ``left_out`` tells whether a bad value of it was left out.
    """

    def __init__(self, kind: ImportKind, header: list[str], rules: ParseRules) -> None:
        self._columns = [
            (place, column, COLUMNS[kind][column])
            for place, column in enumerate(header)
            if column and column != UNNAMED
        ]
        self._unnamed = [place for place, column in enumerate(header) if column == UNNAMED]
        self._headings = {name: headings_of(kind, name) for _, name, _ in self._columns}
        self._count = len(header)
        self._needed = [(needed, " or ".join(sorted(needed))) for needed in _ALTERNATIVES[kind]]
        self._rules = rules
        self.notes: list[str] = []
        self.left_out = False

    def __call__(self, fields: list[str]) -> Values:
        """Parse the fields of a line. Raises ValueError with a text that names the column."""
        self.notes, self.left_out = [], False
        if len(fields) != self._count:
            fields = self._fitted(fields)
        for place in self._unnamed:
            if fields[place].strip():
                raise ValueError(
                    f"column {place + 1} has no name, and holds {fields[place][:40]!r}"
                )
        if self._is_heading(fields):
            raise ValueError("repeats the headings of the file")
        values: Values = {}
        for place, name, column in self._columns:
            field = fields[place]
            if not field:
                continue
            try:
                value = self._value(name, column, field)
            except ValueError as error:
                if not (self._rules.leave_out and column.is_optional):
                    raise ValueError(f"{name}: {error}") from None
                self.left_out = True
                self.notes.append(f"{name}: left out: {error}")
                continue
            if value not in _EMPTY:
                values[name] = value
        for needed, names in self._needed:
            if needed.isdisjoint(values):
                raise ValueError(f"{names}: is needed")
        return values

    def _is_heading(self, fields: list[str]) -> bool:
        """Whether a line has the headings again, as files that were printed page by page."""
        first, name, _ = self._columns[0]
        if fields[first].strip().lower() not in self._headings[name]:
            return False
        texts = ((name, fields[place].strip().lower()) for place, name, _ in self._columns)
        found = [text in self._headings[name] for name, text in texts if text]
        return all(found) and len(found) > 1

    def _fitted(self, fields: list[str]) -> list[str]:
        """The fields of a line that is as long as the header, or differs by empty ones only."""
        why = f"has {len(fields)} fields where the header has {self._count}"
        if any(each.strip() for each in fields[self._count :]):
            raise ValueError(why)
        if len(fields) < self._count:
            self.notes.append(f"{why}; the rest is taken as empty")
        return [*fields[: self._count], *[""] * (self._count - len(fields))]

    def _value(self, name: str, column: Column, field: str) -> Any:
        """The value of a cell; None or empty if it has none. Raises ValueError."""
        text = cell_text(field, column.form)
        if not text:
            return None
        value = column.parse(text, field, self._rules)
        if not isinstance(value, Guessed):
            return value
        self.notes.append(f"{name}: {text} is read as {value.value.isoformat()}")
        return value.value
