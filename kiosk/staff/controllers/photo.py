"""Takes the photo of a customer by the desk's camera, or from a file, and stores it."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.management import CustomerProfile
from kiosk.failures import Failure
from kiosk.staff.camera import DeskCamera
from kiosk.staff.controllers.controller import Context, Controller
from kiosk.staff.forms.meanwhile import CHANGED
from kiosk.staff.notices import sentence_of
from kiosk.staff.page import Page, Place
from kiosk.staff.pages.photo import PhotoPage
from kiosk.staff.photo_file import NoPhoto, Pixels, read_photo
from kiosk.staff.undo import Undo
from kiosk.staff.words.photo import camera_stopped, fault_words, stored_meanwhile
from kiosk.staff.worker import Task

PHOTO = "photo"

_PATIENCE_MS = 2000
"""How long a picture of the camera may take after the press, in milliseconds."""
_KINDS = "*.jpg *.jpeg *.png *.webp"


@dataclass(frozen=True)
class _Subject:
    """Whose photo it is, and the path of the one that it takes the place of."""

    id: UUID
    name: str
    path: str | None


@dataclass(frozen=True)
class Stored:
    """The photo that was there before, None without one, and the ETag of the present one."""

    former: bytes | None
    etag: str


class PhotoController(Controller):
    """Shows the camera's picture, and stores what was taken. Scans go on meanwhile.

    The page keeps a picture under a verdict, a failure and a new sign-in, until it is used.
    """

    name = PHOTO

    def __init__(
        self, context: Context, camera: DeskCamera, *, patience_ms: int = _PATIENCE_MS
    ) -> None:
        super().__init__(context)
        self.page: PhotoPage = PhotoPage(context.texts)
        self._camera = camera
        self._subject: _Subject | None = None
        self._waiting = False
        self._chosen: tuple[UUID, Path] | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(patience_ms)
        self._late.timeout.connect(self._on_late)
        page = self.page
        page.take_pressed.connect(self._take)
        page.file_pressed.connect(self._choose)
        page.again_pressed.connect(self._again)
        page.cancelled.connect(self._cancel)
        page.used.connect(self._store)
        page.painted.connect(camera.painted)
        camera.pictured.connect(self._on_picture)
        camera.taken.connect(self._on_taken)
        camera.gone.connect(self._on_gone)

    def open(self, place: Place) -> Page[CustomerProfile]:
        """Return the page for the customer with the id of ``place``."""
        customer_id = place.subject
        return Page(place, lambda client: client.customer(customer_id), self.show)

    def open_file(self, customer_id: UUID, path: Path) -> None:
        """Go to the page with the picture of a file, such as one that was dropped on the desk."""
        self._chosen = customer_id, path
        self._context.navigation.open(Place(PHOTO, customer_id))

    def show(self, profile: CustomerProfile) -> None:
        """Show the live picture, or the file that was chosen before."""
        customer = profile.customer
        self._subject = _Subject(customer.id, customer.name, customer.photo_path)
        about = f"{customer.name} · {customer.number}"
        self.page.begin(about, camera=not self._camera.is_gone)
        chosen, self._chosen = self._chosen, None
        if chosen is not None and chosen[0] == customer.id:
            self._read(*self._context.disk.read(chosen[1]))

    def unsaved(self) -> object | None:
        """Return the picture that was taken and is not stored; None if there is none."""
        return self.page.image

    def leave(self) -> None:
        """Another page is opened: forget the picture."""
        self._subject, self.page.image = None, None
        self._waiting = False
        self._late.stop()

    def end_session(self) -> None:
        """Forget whose photo it was."""
        self.leave()

    def _on_picture(self, picture: QImage) -> None:
        if self._subject is not None:
            self.page.show_live(picture)

    def _take(self) -> None:
        self.page.show_failure("")
        self.page.set_busy(busy=True)
        self._waiting = True
        self._late.start()
        self._camera.still_wanted.emit()

    def _on_taken(self, image: QImage) -> None:
        if self._waiting:
            self._waiting = False
            self._late.stop()
            self.page.show_taken(image, live=True)

    def _on_late(self) -> None:
        self._waiting = False
        self.page.set_busy(busy=False)
        self.page.show_failure(camera_stopped(self._texts))

    def _on_gone(self) -> None:
        """Say at once that a picture that was asked for will not come."""
        self.page.show_no_camera()
        if self._waiting:
            self._late.stop()
            self._on_late()

    def _again(self) -> None:
        self.page.show_failure("")
        self.page.begin(self.page.title.text(), camera=not self._camera.is_gone)

    def _cancel(self) -> None:
        self.page.image = None
        self._context.navigation.back()

    def _choose(self) -> None:
        kinds = self._texts.say("Pictures")
        data, why = self._context.disk.pick(self._context.window, f"{kinds} ({_KINDS})")
        if data is not None or why:
            self._read(data, why)

    def _read(self, data: bytes | None, why: str) -> None:
        """Show the picture in a file, which is decoded in the staff thread."""
        self.page.show_failure(why)
        if data is None:
            return
        self.page.set_busy(busy=True)
        subject = self._subject
        self._context.send(
            Task(
                "read_photo",
                lambda _client, _once: _pixels_or_fault(data),
                partial(self._handle_read, subject),
                on_failure=self._handle_failure,
            )
        )

    def _handle_read(self, subject: _Subject | None, found: Pixels | NoPhoto) -> None:
        if subject is not self._subject:
            return
        if isinstance(found, NoPhoto):
            self.page.set_busy(busy=False)
            self.page.show_failure(fault_words(found.fault, self._texts))
            return
        width, height = found.width, found.height
        view = QImage(found.data, width, height, width * 3, QImage.Format.Format_RGB888)
        self.page.show_taken(view.copy(), live=False)

    def _store(self, data: bytes) -> None:
        """Store the photo in place of the one that was there when the page was opened."""
        subject = self._subject
        if subject is None:
            return
        self.page.show_failure("")
        self.page.set_busy(busy=True)

        def store(client: ManagementClient, _once: str) -> Stored:
            former = _photo_at(client, subject.path)
            client.store_photo(subject.id, data, if_match=photo_etag(subject.path))
            present = client.customer(subject.id).customer.photo_path
            return Stored(former, photo_etag(present))

        self._context.send(
            Task(
                "store_photo",
                store,
                partial(self._handle_stored, subject),
                on_failure=self._handle_failure,
            )
        )

    def _handle_stored(self, subject: _Subject, stored: Stored) -> None:
        """Offer to undo it, and go back to the profile, unless staff have gone elsewhere."""

        def undo(client: ManagementClient, _once: str) -> None:
            if stored.former is None:
                client.remove_photo(subject.id, if_match=stored.etag)
            else:
                client.store_photo(subject.id, stored.former, if_match=stored.etag)

        done = self._texts.say("Photo of {name} stored.", name=subject.name)
        self._context.changes.tell(Undo(done, undo))
        if subject is self._subject:
            self.page.image = None
            self._context.navigation.back()

    def _handle_failure(self, failure: Failure) -> None:
        """Keep the picture and say why it was not stored."""
        self.page.set_busy(busy=False)
        if failure.code == CHANGED and self._subject is not None:
            self._load_present(self._subject)
            return
        self.page.show_failure(sentence_of(failure, self._texts))

    def _load_present(self, subject: _Subject) -> None:
        """Ask which photo is there now; a further press takes its place."""

        def know(profile: CustomerProfile) -> None:
            if subject is self._subject:
                path = profile.customer.photo_path
                self._subject = _Subject(subject.id, subject.name, path)
                self.page.show_failure(stored_meanwhile(self._texts))

        self._context.send(Task("photo_now", lambda client, _: client.customer(subject.id), know))


def photo_etag(path: str | None) -> str:
    """Return the ETag of a photo by its path; that of no photo for None."""
    tag = path.rpartition("?v=")[2] if path else "none"
    return f'"{tag}"'


def _photo_at(client: ManagementClient, path: str | None) -> bytes | None:
    """Return the photo at a path; None if there is none any more."""
    if path is None:
        return None
    try:
        return client.photo(path)
    except Refused:
        return None


def _pixels_or_fault(data: bytes) -> Pixels | NoPhoto:
    """Return the picture in a file, or why it is none."""
    try:
        return read_photo(data)
    except NoPhoto as fault:
        return fault
