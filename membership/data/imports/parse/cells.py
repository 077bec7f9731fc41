"""Parsers of single cells, with the same results as the API and without a model per line.

Ordinary values are recognised by cheap tests; all others are validated by the types of the API's
messages. Each parser raises ValueError with a sentence.
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import EmailStr, TypeAdapter, ValidationError

from api_client.messages.scan import CustomerState
from membership.base.fields import Line, Name, Paragraph
from membership.data.exports.cells import is_rewritten
from membership.data.imports.parse.phones import parse_phone
from membership.data.imports.parse.spreadsheet import Form, cell_text, is_marked
from membership.members.companies.schemas import MAX_DOMAINS, EmailDomain
from membership.members.customers.former_numbers import former_key, former_number
from membership.members.customers.schemas import Language
from passes.characters import is_plain
from passes.codes.barcode import (
    BarcodeError,
    CardCode,
    CustomerNumber,
    CustomerUuid,
    ParsedCode,
    bare_text,
    parse,
)
from passes.codes.foreign import MAX_FOREIGN, foreign_code, is_ours

_LINE, _NAME = TypeAdapter[str](Line), TypeAdapter[str](Name)
_PARAGRAPH = TypeAdapter[str](Paragraph)
_EMAIL, _LANGUAGE = TypeAdapter[str](EmailStr), TypeAdapter[str](Language)
_DOMAIN = TypeAdapter[str](EmailDomain)
_SHORT = 120
_LONG = 4000
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*", re.ASCII)
_PLAIN_EMAIL_LENGTH = 200
_LONGEST_LOCAL = 64
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_MAX_CODES = 20
_MAX_ADDRESSES = 200
_YES = frozenset({"yes", "y", "true", "1", "ja", "j", "wahr"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch"})
_STATES = {"aktiv": "active", "inaktiv": "inactive", "gesperrt": "banned"}
_WHOLE = re.compile(r"([0-9]+)[.,](?:0{1,2}|0{4,})", re.ASCII)
"""Of 1.000 nobody knows whether it is one or a thousand."""
_MAX_SEATS = 10**6
_MAX_PERIODS, _YEARS = 1000, (1000, 9000)
_REWRITTEN = "{} is a number that a spreadsheet rewrote; make the column a text"
HIGHEST_NUMBER = 999_999_999
"""Highest number in a file: the numbers above are for new customers."""


def _checked(adapter: TypeAdapter[str], text: str) -> str:
    """Validate a value by a type of the API. Raises ValueError."""
    try:
        return adapter.validate_python(text)
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False)[0]["msg"]) from None


def line(text: str) -> str:
    """One line, possibly empty."""
    if is_plain(text):
        text = text.strip(" ")
        if len(text) <= _SHORT and (text.isascii() or text[:1].isalpha()):
            return text
    return _checked(_LINE, text)


def name(text: str) -> str:
    """One line that is not empty."""
    return _checked(_NAME, text)


def paragraph(text: str) -> str:
    """Several lines."""
    if len(text) <= _LONG and is_plain(text) and text[:1].isalnum():
        return text.strip(" ")
    return _checked(_PARAGRAPH, text)


def email(text: str) -> str:
    """An email address in the form that is stored."""
    text = text.removeprefix("mailto:")
    local, _, domain = text.rpartition("@")
    if (
        len(text) <= _PLAIN_EMAIL_LENGTH
        and len(local) <= _LONGEST_LOCAL
        and _PLAIN_LOCAL.fullmatch(local)
        and domain.isascii()
    ):
        known = _domain_of_plain(domain)
        if known is not None:
            return f"{local}@{known}"
    return _checked(_EMAIL, text)


@lru_cache(maxsize=65536)
def _domain_of_plain(domain: str) -> str | None:
    """The stored form of a domain; None if the whole address must be validated."""
    try:
        return _EMAIL.validate_python(f"a@{domain}").removeprefix("a@")
    except ValidationError:
        return None


def phone(text: str, country: str | None) -> tuple[str, str]:
    """A phone number in E.164 form, and its part within the country."""
    return parse_phone(line(text), country)


@lru_cache(maxsize=1024)
def language(text: str) -> str:
    """A language tag."""
    return _checked(_LANGUAGE, text)


def state(text: str) -> CustomerState:
    """A customer's state."""
    try:
        word = text.lower()
        return CustomerState(_STATES.get(word, word))
    except ValueError:
        known = ", ".join(CustomerState)
        raise ValueError(f"is none of {known}") from None


def number(text: str) -> int:
    """A customer number such as C-000123 or 123, or 123.0 of a spreadsheet."""
    text = whole(text)
    try:
        code = parse(f"C-{text}" if text.isdecimal() and text.isascii() else text)
    except BarcodeError:
        code = None
    if not isinstance(code, CustomerNumber):
        raise ValueError(
            "a customer number is written like C-000123; one of another system is a former_number"
        )
    if code.number > HIGHEST_NUMBER:
        raise ValueError(f"is higher than C-{HIGHEST_NUMBER}")
    return code.number


def whole(text: str) -> str:
    """A whole number without the decimals that a spreadsheet added."""
    found = _WHOLE.fullmatch(text)
    return text if found is None else found[1]


def card_code(text: str, field: str = "") -> str:
    """The code of a card: one of this service, or any text of an older card.

    ``field`` is the cell, which may mark the code as a text that no spreadsheet rewrote.
    """
    if is_rewritten(text) and not is_marked(field):
        raise ValueError(_REWRITTEN.format(text))
    text = bare_text(text)
    if is_ours(text) and not isinstance(_parsed(text), CardCode | CustomerUuid):
        raise ValueError("has the form of a code of this service that is no card's")
    if len(text) > MAX_FOREIGN or not is_plain(text):
        raise ValueError(f"a code is one line of at most {MAX_FOREIGN} characters")
    return code_text(text)


def _parsed(text: str) -> ParsedCode | None:
    """The code that a text is, if it has one of the forms of this service."""
    try:
        return parse(text)
    except BarcodeError:
        return None


def card_codes(field: str) -> tuple[str, ...]:
    """The codes of several cards, one a line of a cell: each is read as a cell by itself."""
    lines = [each for each in _LINE_BREAK.split(field) if each.strip()]
    texts = [(text, each) for each in lines if (text := cell_text(each.strip(), Form.VALUE))]
    if len(texts) > _MAX_CODES:
        raise ValueError(f"one line of a file has at most {_MAX_CODES} cards")
    return tuple(dict.fromkeys(card_code(text, each.strip()) for text, each in texts))


def former_numbers(field: str) -> tuple[str, ...]:
    """The former numbers of a customer, one a line of a cell: each is read as a cell by itself."""
    found: dict[str, str] = {}
    for each in filter(str.strip, _LINE_BREAK.split(field)):
        text = cell_text(each.strip(), Form.VALUE)
        if is_rewritten(text) and not is_marked(each.strip()):
            raise ValueError(_REWRITTEN.format(text))
        if text:
            found.setdefault(former_key(text), former_number(text))
    if len(found) > _MAX_CODES:
        raise ValueError(f"one line of a file has at most {_MAX_CODES} former numbers")
    return tuple(found.values())


def merged_numbers(field: str) -> tuple[int, ...]:
    """The numbers of customers who were merged into one, one a line of a cell."""
    return tuple(dict.fromkeys(number(text) for text in _lines_of(field)))


def former_emails(field: str) -> tuple[str, ...]:
    """The former addresses of a customer, one a line of a cell."""
    found = [email(text) for text in _lines_of(field)]
    return tuple({each.lower(): each for each in found}.values())


def former_phones(field: str, country: str | None) -> tuple[tuple[str, str], ...]:
    """The former telephones of a customer, one a line of a cell, each as ``phone`` returns it."""
    return tuple(dict.fromkeys(phone(text, country) for text in _lines_of(field)))


def _lines_of(field: str) -> list[str]:
    """The texts in the lines of a cell: each is read as a cell by itself."""
    texts = [cell_text(each.strip(), Form.VALUE) for each in _LINE_BREAK.split(field)]
    found = [each for each in texts if each]
    if len(found) > _MAX_ADDRESSES:
        raise ValueError(f"one line of a file has at most {_MAX_ADDRESSES}")
    return found


def code_text(text: str) -> str:
    """A code in the form in which it is stored and searched for."""
    try:
        return parse(text).text
    except BarcodeError:
        return foreign_code(text)


def seat_cap(text: str) -> int:
    """The number of a company's seats."""
    text = whole(text)
    if not (text.isascii() and text.isdecimal() and int(text) <= _MAX_SEATS):
        raise ValueError(f"is no whole number from 0 to {_MAX_SEATS}")
    return int(text)


def email_domains(text: str) -> tuple[str, ...]:
    """Email domains, separated by spaces, commas or semicolons."""
    found = [_domain(each) for each in re.split(r"[\s,;]+", text) if each]
    if len(found) > MAX_DOMAINS:
        raise ValueError(f"a company has at most {MAX_DOMAINS} email domains")
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=65536)
def _domain(text: str) -> str:
    """One email domain."""
    return _checked(_DOMAIN, text)


def yes_or_no(text: str) -> bool:
    """A yes or no, in one of several spellings."""
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise ValueError("is neither yes nor no")


def reference(text: str) -> Any:
    """A reference to a customer or a company: a UUID, or the text itself."""
    try:
        return UUID(text) if len(text) >= 32 else line(text)
    except ValueError:
        return line(text)


def periods(text: str) -> tuple[tuple[date, date], ...]:
    """First and last days of periods, such as ``2025-01-01/2025-12-31``, parted by spaces."""
    found: list[tuple[date, date]] = []
    for each in text.split():
        first, _, last = each.partition("/")
        try:
            period = date.fromisoformat(first), date.fromisoformat(last)
        except ValueError:
            period = None
        if period is None or not (_YEARS[0] <= period[0].year and period[1].year <= _YEARS[1]):
            raise ValueError(f"{each[:40]!r} is no period such as 2025-01-01/2025-12-31")
        if period[0] > period[1] or (found and period[0] < found[-1][1]):
            raise ValueError(f"{each[:40]} is not in order: the oldest first, each day once")
        found.append(period)
    if len(found) > _MAX_PERIODS:
        raise ValueError(f"has more than {_MAX_PERIODS} periods")
    return tuple(found)
