"""Taking a photo: the live picture, a file, what fails, and what is stored."""

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from api_client.errors import Refused, TooSlow
from api_client.messages.scan import Problem
from kiosk.application import load_fonts
from kiosk.failures import failure_of
from kiosk.staff.controllers.photo import PHOTO, Stored
from kiosk.staff.disk import Disk
from kiosk.staff.page import Place
from kiosk.staff.pages.crop import Frame, middle
from kiosk.staff.pages.photo import PHOTO_SIDE, PhotoPage, photo_of
from kiosk.staff.photo_file import read_photo
from kiosk.texts import Texts
from scanner.events import FrameRead, SourceChanged, SourceState
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.staff_desk import Staff

LIVE = FrameRead(1, 0, 0, 1280, 720, (), None)


def scene(width: int = 1280, height: int = 720) -> QImage:
    """A blue picture with a red square in its middle."""
    image = QImage(width, height, QImage.Format.Format_BGR888)
    image.fill(QColor(20, 20, 220))
    side = height // 2
    for x in range((width - side) // 2, (width + side) // 2):
        for y in range((height - side) // 2, (height + side) // 2):
            image.setPixelColor(x, y, QColor(220, 20, 20))
    return image


class Chooser(Disk):
    """A file dialog in which a file is chosen at once."""

    def __init__(self, data: bytes | None, why: str = "") -> None:
        super().__init__()
        self.answer = data, why

    def pick(self, _window: QWidget, _kinds: str) -> tuple[bytes | None, str]:
        """Return the file."""
        return self.answer


class Booth:
    """The page, opened for Amara, with her profile under it."""

    def __init__(self, qtbot: QtBot, disk: Disk | None = None, photo: str | None = None) -> None:
        load_fonts()
        self.staff = Staff(qtbot, disk)
        self.staff.sign_in("customers:write", "customers:read")
        self.staff.open_customer()
        self.camera = self.staff.pages.camera
        self.orders: list[bool] = []
        self.camera.still_wanted.connect(lambda: self.orders.append(True))
        self.open(photo)

    def open(self, photo: str | None = None) -> None:
        """Go to the page; the customer has a photo at the path ``photo``."""
        self.staff.presenter.open(Place(PHOTO, AMARA.id))
        customer = AMARA.model_copy(update={"photo_path": photo})
        self.answer(profile(customer=customer))

    def answer(self, answer: Any) -> None:
        """Answer the newest task."""
        self.staff.presenter.on_done(self.staff.tasks[-1], answer)

    def fail(self, error: Any) -> None:
        """Let the newest task fail."""
        self.staff.presenter.on_failed(self.staff.tasks[-1], failure_of(error))

    def run(self) -> None:
        """Carry out the newest task, which needs no service."""
        task = self.staff.tasks[-1]
        self.answer(task.call(None, ""))  # type: ignore[arg-type]

    @property
    def page(self) -> PhotoPage:
        return self.staff.pages.photo.page

    def size(self) -> tuple[int, int] | None:
        """The size of the picture that was taken or chosen; None without one."""
        image = self.page.image
        return None if image is None else (image.width(), image.height())


def stored_over(booth: Booth) -> str:
    """The ETag of the photo in whose place the newest one is stored, which is loaded before."""
    (_, (path,)), (name, (_, _, etag)), _ = booth.staff.asked()
    assert (name, path.rpartition("=")[2]) == ("store_photo", etag.strip('"'))
    return str(etag)


def changed_meanwhile() -> Refused:
    """The refusal of another state."""
    return Refused(Problem(type="x", title="x", status=412, code="changed_meanwhile"))


@pytest.mark.usefixtures("qapp")
def test_what_the_camera_takes_is_stored_as_the_square_in_the_frame(qtbot: QtBot) -> None:
    booth = Booth(qtbot)
    page = booth.page
    assert "No picture from the camera" in page.view.message
    assert not page.take.isEnabled()
    booth.camera.on_preview(scene(640, 360), LIVE)
    assert (page.view.message, page.take.isEnabled()) == ("", True)
    page.take.click()
    assert booth.orders == [True]
    assert not page.take.isEnabled()
    booth.camera.on_still(scene())
    assert not page.use.isHidden()
    assert booth.staff.pages.photo.unsaved() is not None
    # Live pictures go on, and do not take the place of what was taken.
    booth.camera.on_preview(scene(640, 360), LIVE)
    assert booth.size() == (1280, 720)
    page.use.click()
    (name, (customer_id, data, etag)), (then, _) = booth.staff.asked()
    assert then == "customer"
    assert (name, customer_id, etag) == ("store_photo", AMARA.id, '"none"')
    stored = Image.open(io.BytesIO(data))
    assert stored.size == (576, 576)
    pixels = np.asarray(stored)
    assert pixels[288, 288, 0] > 150 > pixels[288, 288, 2]
    assert pixels[10, 10, 2] > 150 > pixels[10, 10, 0]
    booth.answer(Stored(None, '"new"'))
    assert booth.staff.presenter.front == Place("customer", AMARA.id)
    assert booth.staff.panel.toast.words.text() == "Photo of Amara Okafor stored."
    booth.staff.panel.toast.undo_button.click()
    assert booth.staff.asked() == [("remove_photo", (AMARA.id, '"new"'))]
    assert booth.staff.pages.photo.unsaved() is None


@pytest.mark.usefixtures("qapp")
def test_a_camera_that_dies_says_so_and_a_file_can_be_chosen(qtbot: QtBot) -> None:
    jpeg = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(jpeg, "JPEG")
    booth = Booth(qtbot, Chooser(jpeg.getvalue()))
    page = booth.page
    booth.camera.on_preview(scene(640, 360), LIVE)
    page.take.click()
    booth.camera.on_source_changed(SourceChanged(SourceState.CRASHED, "gone"))
    assert "has sent no picture" in page.message.text()
    assert "Choose a file" in page.view.message
    assert not page.take.isEnabled()
    booth.camera.on_still(scene())  # one that comes too late
    assert booth.size() is None
    page.file.click()
    booth.run()
    assert booth.size() == (400, 300)
    assert page.view.frame == Frame(50, 0, 300)


@pytest.mark.usefixtures("qapp")
def test_a_camera_that_answers_nothing_is_waited_for_a_while(qtbot: QtBot) -> None:
    booth = Booth(qtbot)
    booth.camera.on_preview(scene(640, 360), LIVE)
    booth.page.take.click()
    qtbot.waitUntil(booth.page.take.isEnabled, timeout=5000)
    assert "has sent no picture" in booth.page.message.text()


@pytest.mark.usefixtures("qapp")
def test_a_file_that_is_no_photo_is_refused_and_the_camera_remains(qtbot: QtBot) -> None:
    booth = Booth(qtbot, Chooser(b"\0\0\0\x18ftypheic" + bytes(200)))
    booth.camera.on_preview(scene(640, 360), LIVE)
    booth.page.file.click()
    booth.run()
    assert "HEIC" in booth.page.message.text()
    assert booth.page.take.isEnabled()
    assert booth.size() is None


@pytest.mark.usefixtures("qapp")
def test_a_file_that_cannot_be_opened_says_why(qtbot: QtBot) -> None:
    booth = Booth(qtbot, Chooser(None, "face.jpg: Permission denied"))
    booth.page.file.click()
    assert booth.page.message.text() == "face.jpg: Permission denied"


@pytest.mark.usefixtures("qapp")
def test_a_file_that_was_dropped_is_shown_for_its_customer_only(
    qtbot: QtBot, tmp_path: Path
) -> None:
    booth = Booth(qtbot)
    path = tmp_path / "face.png"
    Image.new("RGB", (200, 200), "red").save(path)
    photo = booth.staff.pages.photo
    booth.staff.presenter.back()
    photo.open_file(AMARA.id, path)
    booth.answer(profile())
    booth.run()
    assert booth.size() == (200, 200)
    photo.page.cancel.click()
    booth.staff.presenter.back()
    photo.open_file(uuid4(), path)
    booth.answer(profile())
    assert booth.size() is None


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("error", [TooSlow("late"), changed_meanwhile()])
def test_a_picture_that_was_not_stored_stays_and_is_sent_again(
    qtbot: QtBot, error: Exception
) -> None:
    booth = Booth(qtbot, photo=f"/v1/customers/{AMARA.id}/photo?v=abc")
    booth.camera.on_preview(scene(640, 360), LIVE)
    booth.page.take.click()
    booth.camera.on_still(scene())
    booth.page.use.click()
    assert stored_over(booth) == '"abc"'
    booth.fail(error)
    expected = '"abc"'
    if isinstance(error, Refused):
        customer = AMARA.model_copy(update={"photo_path": "/x?v=other"})
        booth.answer(profile(customer=customer))
        assert "Somebody else has changed the photo" in booth.page.message.text()
        expected = '"other"'
    assert booth.page.message.text()
    assert booth.size() is not None
    booth.page.use.click()
    assert stored_over(booth) == expected
    booth.answer(Stored(b"the former one", '"new"'))
    booth.staff.panel.toast.undo_button.click()
    assert booth.staff.asked() == [("store_photo", (AMARA.id, b"the former one", '"new"'))]


@pytest.mark.usefixtures("qapp")
def test_leaving_asks_first_and_cancel_does_not(qtbot: QtBot) -> None:
    booth = Booth(qtbot)
    booth.camera.on_preview(scene(640, 360), LIVE)
    booth.page.take.click()
    booth.camera.on_still(scene())
    booth.staff.presenter.back()
    assert booth.staff.presenter.front == Place(PHOTO, AMARA.id)
    assert booth.size() is not None
    booth.page.again.click()
    assert booth.size() is None
    booth.page.cancel.click()
    assert booth.staff.presenter.front == Place("customer", AMARA.id)


def test_what_is_sent_holds_nothing_but_pixels(qapp: QApplication) -> None:
    image = scene(3000, 2400)
    image.setText("Author", "Somebody")
    image.setText("Description", "At home")
    data = photo_of(image, 300, 200, 2000)
    assert b"Somebody" not in data
    assert b"At home" not in data
    stored = Image.open(io.BytesIO(data))
    assert stored.size == (PHOTO_SIDE, PHOTO_SIDE)
    assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
    assert len(stored.getexif()) == 0
    assert read_photo(data).width == PHOTO_SIDE


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (300, 300), (120, 100)])
def test_a_frame_stays_within_its_picture(size: tuple[int, int]) -> None:
    frame = middle(*size, 0.8)
    for act in ("larger", "right", "down", "larger", "left", "smaller", "up", "smaller") * 12:
        match act:
            case "larger" | "smaller":
                frame = frame.sized(1.4 if act == "larger" else 0.6, *size)
            case "right" | "left":
                frame = frame.moved(200 if act == "right" else -300, 0, *size)
            case _:
                frame = frame.moved(0, 200 if act == "down" else -300, *size)
        assert 0 <= frame.x <= size[0] - frame.side
        assert 0 <= frame.y <= size[1] - frame.side
        assert frame.side >= 100


@pytest.mark.usefixtures("qapp")
def test_the_frame_is_moved_and_resized_by_keys_and_buttons(qtbot: QtBot) -> None:
    page = PhotoPage(Texts("en"))
    qtbot.addWidget(page)
    page.begin("Amara", camera=True)
    page.show_taken(scene(), live=True)
    before = page.view.frame
    assert before is not None
    qtbot.keyClick(page.view, Qt.Key.Key_Left)
    page.larger.click()
    after = page.view.frame
    assert after is not None
    assert after.side > before.side
    assert after.x + after.side / 2 < before.x + before.side / 2
