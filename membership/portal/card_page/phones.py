"""Tells by the User-Agent which wallets a device has."""

import re
from dataclasses import dataclass

_APPLE = re.compile(r"iPhone|iPad|iPod", re.ASCII)
_ANDROID = re.compile(r"Android", re.ASCII)
_MAX_HEADER = 500


@dataclass(frozen=True, slots=True)
class Device:
    """The wallets offered to a device: a phone gets its own, anything else both and a code.

    An iPad that identifies itself as a Mac is treated as one.
    """

    apple: bool
    google: bool

    @property
    def is_phone(self) -> bool:
        """Whether only one of the wallets can be used."""
        return self.apple != self.google


def device_of(user_agent: str, *, everything: bool = False) -> Device:
    """Return the device of a User-Agent header; with ``everything`` both wallets are offered."""
    header = user_agent[:_MAX_HEADER]
    if everything:
        return Device(apple=True, google=True)
    if _APPLE.search(header):
        return Device(apple=True, google=False)
    if _ANDROID.search(header):
        return Device(apple=False, google=True)
    return Device(apple=True, google=True)
