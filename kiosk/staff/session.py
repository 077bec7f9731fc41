"""Who is signed in at the desk, and what is known about the club."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.messages.management import SignedIn


@dataclass
class StaffSession:
    """State that all pages share. Only in the GUI thread.

    ``token`` is empty while nobody is signed in; ``scopes`` are empty as well for somebody who must
    set up a second factor first. ``staff_id`` is the account whose page and form
    are open; it stays while they wait for a new sign-in. ``zone`` is the club's time zone (IANA
    name), ``currency`` the one of new plans and payments (ISO 4217). ``takes_orders`` says whether
    plans can be ordered online, None while that is not known. ``started`` is the answer to the
    sign-in, by which a session can be resumed.
    """

    scopes: frozenset[str] = frozenset()
    token: str = ""
    staff_id: UUID | None = None
    name: str = ""
    started: SignedIn | None = None
    zone: str = "UTC"
    currency: str = "EUR"
    takes_orders: bool | None = None

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in."""
        return bool(self.token)

    def start(self, started: SignedIn) -> bool:
        """Begin a session. Returns whether it is that of the account of the one before."""
        same = self.staff_id == started.staff.id
        self.scopes, self.token = frozenset(started.scopes), started.token
        self.started = started
        self.staff_id, self.name = started.staff.id, started.staff.name
        self.takes_orders = None
        return same

    def end(self) -> None:
        """End the session; whose it was stays known until ``forget``."""
        self.scopes, self.token, self.takes_orders = frozenset(), "", None
        self.started = None

    def forget(self) -> None:
        """Forget whose session it was."""
        self.staff_id = None

    def may(self, scope: str) -> bool:
        """Return whether the person who is signed in has a scope."""
        return scope in self.scopes

    def today(self) -> date:
        """Return the day where the club is."""
        return datetime.now(ZoneInfo(self.zone)).date()
