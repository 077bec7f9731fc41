"""Countries, time zones and currencies by their names, and those of this PC. Pure."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import available_timezones

from babel.numbers import get_currency_name, get_territory_currencies

from kiosk.texts import Texts

_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_NO_ZONES = ("Etc/", "SystemV/", "US/", "posix/", "right/")

Options = list[tuple[str, str]]
"""Values and labels of a choice."""


@dataclass(frozen=True)
class Whereabouts:
    """Where this PC is: country (ISO 3166-1) and time zone (IANA name), empty if not known."""

    country: str = ""
    zone: str = ""

    @property
    def currency(self) -> str:
        """The currency of the country (ISO 4217); empty if it is not known."""
        used = get_territory_currencies(self.country) if self.country else []
        return str(used[0]) if used else ""


def countries(texts: Texts) -> Options:
    """Return all countries by their names, after an empty one."""
    named = {
        code: name
        for code, name in texts.locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    }
    return [("", "–"), *sorted(named.items(), key=lambda each: each[1])]


def zones(*more: str) -> Options:
    """Return the time zones by their IANA names, and ``more`` ones."""
    return [(name, name.replace("_", " ")) for name in sorted({*_zones(), *filter(None, more)})]


def currencies(texts: Texts, *more: str) -> Options:
    """Return the currencies in use by their codes, and ``more`` ones."""
    codes = sorted({*_currencies(), *filter(None, more)})
    return [(code, f"{code} · {get_currency_name(code, locale=texts.locale)}") for code in codes]


@lru_cache
def _zones() -> frozenset[str]:
    return frozenset(
        name
        for name in available_timezones()
        if name == "UTC" or ("/" in name and not name.startswith(_NO_ZONES))
    )


@lru_cache
def _currencies() -> frozenset[str]:
    codes = [str(code) for code in Texts().locale.territories]
    return frozenset(
        str(used)
        for code in codes
        if len(code) == 2 and code.isalpha()
        for used in get_territory_currencies(code)
    )
