"""Phone numbers in files: parsed by the club's country; words and extensions are never digits."""

import re

import phonenumbers

from membership.members.customers.service import dialled
from membership.web.errors import Invalid

_LABEL = (
    r"(?:telefon|tel|phone|fon|mobile|mobil|handy|cell|private|privat|work|home|office|b\u00fcro"
    r"|gesch\u00e4ftlich|dienstlich|zuhause)"
)
_BEFORE = re.compile(rf"{_LABEL}\.?\s*:?\s*(?=[+(0-9])", re.IGNORECASE)
_BEHIND = re.compile(rf"(?<=[0-9])(?:\s*\([^()0-9]+\)|\s+{_LABEL})\Z", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?:extension|ext|durchwahl|dw|apparat|app|x|#)\.?\s*[0-9]+\Z", re.IGNORECASE
)


def parse_phone(text: str, country: str | None) -> tuple[str, str]:
    """Return a phone number in E.164 form, and its part within the country.

    A label before or behind the digits, such as `(work)`, is left out. Raises ValueError for what
    is no number, has an extension, or is too long.
    """
    if not text.isascii() or any(letter.isalpha() or letter in "#(" for letter in text):
        text = _without_label(text)
    if country is None and text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        found = dialled(text, country)
    except Invalid as error:
        raise ValueError(error.detail) from None
    national = phonenumbers.national_significant_number(found)
    return f"+{found.country_code}{national}", national


def _without_label(text: str) -> str:
    """A number without the label beside it. Raises ValueError for an extension."""
    if _EXTENSION.search(text):
        raise ValueError("has an extension, which cannot be kept")
    if found := _BEFORE.match(text):
        text = text[found.end() :]
    found = _BEHIND.search(text)
    return text if found is None else text[: found.start()]
