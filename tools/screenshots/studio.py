"""A window without a service, whose pages are given what the service would answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

import resources
from api_client.messages.management import Role, SignedIn
from api_client.messages.scan import CustomerView, DeskInfo
from kiosk.application import discard
from kiosk.failures import Cause, Failure
from kiosk.staff.page import Place
from kiosk.staff.presenter import StaffPresenter
from kiosk.staff.worker import Credentials, Task
from kiosk.status import Health
from kiosk.views.window import KioskWindow
from membership.base.scopes import ROLE_SCOPES
from tests.kiosk.answers import AMARA, NOON
from tests.kiosk.staff.messages import session
from tools.screenshots.looks import Look

AWAY = Failure(Cause.UNREACHABLE, "connection refused")
"""A service that cannot be reached."""

_DESK = DeskInfo(organization="Riverside Sports Club", slug="club", time_zone="Europe/Berlin",
                 demo=False, visits_today=42, server_time=NOON, version="1")  # fmt: skip
_PASSES = 3
"""Of the event loop: a page lays itself out once its texts have found their heights."""


class Studio:
    """A window in one look, and the staff side in it, signed in as an admin."""

    def __init__(self, look: Look) -> None:
        self.look, self.texts = look, look.texts()
        self.window = KioskWindow(self.texts, look.theme, "Front desk", lambda: None)
        self.window.resize(look.width, look.height)
        self.window.bar.show_club(_DESK.organization)
        self.window.bar.show_count(_DESK.visits_today)
        self.window.bar.service.say(Health.GOOD, self.texts.say("Service"))
        self.window.bar.camera.say(Health.GOOD, self.texts.say("Camera"))
        self.staff = StaffPresenter(self.window, self.texts, idle_s=300, parent=self.window)
        self.staff.on_desk(_DESK)
        self.tasks: list[Task[Any]] = []
        self.staff.task_wanted.connect(self.tasks.append)
        self.staff.photo_wanted.connect(lambda path: self.staff.on_photo(path, portrait()))
        self.window.show()

    def credentials(self, email: str = "greta@club.example") -> Credentials:
        """Return what was typed to sign in last."""
        return Credentials(self.staff.attempt, _DESK.slug, email, "four quiet herons")

    def sign_in(self) -> None:
        """Greta signs in, who may do everything."""
        self.staff.on_signed_in(self.credentials(), _admin())

    def open(self, place: Place, answer: object | None = None) -> None:
        """Open a page; without an answer it goes on loading."""
        self.sign_in()
        self.staff.open(place)
        self.staff.bring_up()
        if answer is not None:
            self.answer(place.name, answer)

    def answer(self, name: str, answer: object) -> None:
        """Answer the newest task of this name."""
        self.staff.on_done(self.task(name), answer)

    def fail(self, name: str, failure: Failure = AWAY) -> None:
        """Let the newest task of this name fail."""
        self.staff.on_failed(self.task(name), failure)

    def task(self, name: str) -> Task[Any]:
        """Return the newest task of this name. Raises LookupError if none was sent."""
        found = [task for task in self.tasks if task.name == name]
        if not found:
            sent = ", ".join(each.name for each in self.tasks) or "none"
            raise LookupError(f"no task {name!r} was sent, only: {sent}")
        return found[-1]

    def picture(self) -> QImage:
        """Return what the window shows, in pixels of the screen."""
        for _ in range(_PASSES):
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.window.grab().toImage()


@contextmanager
def studio(look: Look) -> Iterator[Studio]:
    """Open a window, and delete it afterwards."""
    made = Studio(look)
    try:
        yield made
    finally:
        made.window.hide()
        discard(made.window)
        QApplication.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def amara() -> CustomerView:
    """Return Amara with a photo."""
    return AMARA.model_copy(update={"photo_path": "photos/amara"})


def portrait() -> QImage:
    """Return an invented photo."""
    files = sorted(resources.path("demo/portraits").iterdir())
    return QImage(str(files[0]))


def portrait_pixmap() -> QPixmap:
    """Return an invented photo for a verdict."""
    return QPixmap.fromImage(portrait())


def _admin() -> SignedIn:
    return session(*(scope.value for scope in ROLE_SCOPES[Role.ADMIN]))


Make = Callable[[Studio], object]
"""Brings a window into a state."""
