"""Pages of the staff side and the ways between them.

A ``Place`` names a page and whom it is about. A ``Page`` is a place that was opened: what it loads
from the service, and how the answer is shown. One task loads every page, see ``router``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from api_client.management import ManagementClient

Answer = TypeVar("Answer")


class Place(NamedTuple):
    """A page by the name of its controller, and the id of what it shows, if it needs one."""

    name: str
    id: UUID | None = None

    @property
    def subject(self) -> UUID:
        """The id. Raises LookupError for a place without one."""
        if self.id is None:
            raise LookupError(f"the page {self.name} is opened without an id")
        return self.id


MEMBERS = Place("members")
ACCOUNT = Place("account")
SETTINGS = Place("settings")
TODAY = Place("today")


@dataclass(frozen=True)
class Page(Generic[Answer]):
    """An opened place. It keeps nothing that changes while it loads.

    ``load`` runs in the staff thread and raises ``api_client.errors.ApiError``; ``show`` runs in
    the GUI thread, and only if ``place`` is still the page in front.
    """

    place: Place
    load: Callable[[ManagementClient], Answer]
    show: Callable[[Answer], None]


class Navigation(Protocol):
    """Moves between pages. Only in the GUI thread.

    None of this brings the staff side before a verdict; only what is pressed at the desk does.
    """

    @property
    def front(self) -> Place | None:
        """The page in front, under a form or a verdict too; None at the desk."""

    def open(self, place: Place) -> None:
        """Go to a page; ``back`` returns from it."""

    def open_instead(self, place: Place) -> None:
        """Go to a page in place of the one in front, if both have the same name."""

    def show(self, place: Place) -> None:
        """Load and show a page without a way back to the one in front."""

    def reload(self) -> None:
        """Load the page in front again. Does nothing at the desk."""

    def sign_out(self) -> None:
        """Sign out and return to the desk."""

    def back(self) -> None:
        """Close the form, else return to the page before, and from the first page to the desk."""
