"""What all controllers have in common, and what they are given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from kiosk.staff.controllers.changes import Changes
from kiosk.staff.controllers.pdf import PdfFiles
from kiosk.staff.controllers.receipt import Receipts
from kiosk.staff.disk import Disk
from kiosk.staff.notices import Notices
from kiosk.staff.page import Navigation, Page, Place
from kiosk.staff.pages.view import PageView
from kiosk.staff.session import StaffSession
from kiosk.staff.worker import Task
from kiosk.texts import Texts


@dataclass(frozen=True)
class Context:
    """What controllers share.

    ``send`` hands a task to the staff thread; ``fetch_photo`` loads a photo by its path.
    """

    window: QWidget
    texts: Texts
    disk: Disk
    session: StaffSession
    notices: Notices
    navigation: Navigation
    changes: Changes
    receipts: Receipts
    files: PdfFiles
    send: Callable[[Task[Any]], None]
    fetch_photo: Callable[[str], None]
    parent: QObject


class Controller(QObject):
    """Base of the controllers. Lives in the GUI thread.

    ``name`` is that of its place, ``page`` the widget that it fills. A new page is a subclass, and
    a line in ``router``.
    """

    name: ClassVar[str]
    page: PageView

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context = context
        self._texts, self._session = context.texts, context.session

    def open(self, place: Place) -> Page[Any]:
        """Return the page at a place of this name. Raises LookupError if it lacks an id."""
        raise NotImplementedError

    def leave(self) -> None:
        """Stop what must not go on while another page loads or is in front."""

    def unsaved(self) -> object | None:
        """Return what is on the page that is not saved, and lost if it is left; None if nothing."""
        return None

    def start_session(self) -> None:
        """Somebody signed in."""

    def end_session(self) -> None:
        """Forget what the next person who signs in must not see."""
