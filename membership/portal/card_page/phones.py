"""Which wallets a visitor's device has."""

import re
from dataclasses import dataclass

_APPLE = re.compile(r"iPhone|iPad|iPod", re.ASCII)
_ANDROID = re.compile(r"Android", re.ASCII)
_MAX_HEADER = 500


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
    told = user_agent[:_MAX_HEADER]
    if everything:
        return Device(apple=True, google=True)
    if _APPLE.search(told):
        return Device(apple=True, google=False)
    if _ANDROID.search(told):
        return Device(apple=False, google=True)
    return Device(apple=True, google=True)
