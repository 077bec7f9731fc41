"""Which wallets a visitor's device has, and which language the page is in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from babel import negotiate_locale

LANGUAGES = ("en", "de")
_APPLE = re.compile(r"iPhone|iPad|iPod", re.ASCII)
_ANDROID = re.compile(r"Android", re.ASCII)
_MOST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Device:
    """What the page offers: a phone is offered its own wallet, anything else both and a code.

    An iPad that asks for pages as a Mac is taken for one, and is offered both.
    """

    apple: bool
    google: bool

    @property
    def is_phone(self) -> bool:
        """Whether only one of the wallets is of use here."""
        return self.apple != self.google


def device_of(user_agent: str, *, everything: bool = False) -> Device:
    """Tell the device by what the browser says of itself; ``everything``: offer both wallets."""
    told = user_agent[:_MOST_HEADER]
    if everything:
        return Device(apple=True, google=True)
    if _APPLE.search(told):
        return Device(apple=True, google=False)
    if _ANDROID.search(told):
        return Device(apple=False, google=True)
    return Device(apple=True, google=True)


def language_of(wished: str, accepted: str, customers: str | None) -> str:
    """The page's language: as wished, else as the browser asks, else the customer's, else English.

    ``accepted`` is an Accept-Language header (RFC 9110, 12.5.4).
    """
    for wishes in ([wished], _accepted(accepted), [customers or ""]):
        found = negotiate_locale([each.replace("-", "_") for each in wishes if each], LANGUAGES)
        if found is not None:
            return found
    return LANGUAGES[0]


def _accepted(header: str) -> Sequence[str]:
    """Languages of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in header[:_MOST_HEADER].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", tag) and weight > 0:
            wanted.append((-weight, tag))
    return [tag for _, tag in sorted(wanted, key=lambda each: each[0])]
