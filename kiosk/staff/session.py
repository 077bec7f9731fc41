"""Who is signed in at the desk, and what is known about the club."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo


@dataclass
class StaffSession:
    """State that all pages share. Only in the GUI thread.

    ``scopes`` are empty while nobody is signed in. ``zone`` is the club's time zone (IANA name),
    ``currency`` the one of new plans and payments (ISO 4217). ``takes_orders`` says whether plans
    can be ordered online, None while that is not known.
    """

    scopes: frozenset[str] = frozenset()
    zone: str = "UTC"
    currency: str = "EUR"
    takes_orders: bool | None = None

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.scopes)

    def start(self, scopes: frozenset[str]) -> None:
        """Begin the session of somebody who has ``scopes``."""
        self.scopes, self.takes_orders = scopes, None

    def end(self) -> None:
        """Sign out."""
        self.start(frozenset())

    def may(self, scope: str) -> bool:
        """Return whether the person who is signed in has a scope."""
        return scope in self.scopes

    def today(self) -> date:
        """Return the day where the club is."""
        return datetime.now(ZoneInfo(self.zone)).date()
