"""A photo is taken at the desk: real scanner process, real service; what is stored is the film."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from api_client.management import ManagementClient
from kiosk.app import ServiceAddress
from kiosk.staff.controllers.profile import CUSTOMER
from kiosk.staff.page import Place
from tests.demo_club import RunningService, start_service, stop_service

from .desk import desk
from .films import HEIGHT, WIDTH, write_film
from .hands import Hands
from .test_management import PASSWORD
from .test_signup_desk import signed_in


@pytest.fixture
def service(demo_data: Path) -> Iterator[RunningService]:
    """A service of the demo club."""
    running = start_service(demo_data)
    yield running
    stop_service(running)


def face() -> npt.NDArray[np.uint8]:
    """A picture (BGR) that is blue at the left, red in its middle and green at the right."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    third = WIDTH // 3
    picture[:, :third, 0] = 200
    picture[:, third : 2 * third, 2] = 200
    picture[:, 2 * third :, 1] = 200
    return picture


def test_what_the_camera_shows_is_stored_removed_and_put_back(
    qtbot: QtBot, tmp_path: Path, service: RunningService
) -> None:
    film = write_film(tmp_path / "face.avi", [(face(), 1.0)])
    address = ServiceAddress(service.url, service.key)
    with desk(qtbot, film, address, loop=True) as at:
        work, hands = signed_in(at), Hands(at)
        at_desk = ManagementClient(service.url, service.key, deadline_s=10)
        token = at_desk.sign_in("lakeside-club", "greta@club.example", PASSWORD).token
        client = ManagementClient(service.url, token, deadline_s=10)
        who = client.create_customer({"given_name": "Ada"}, "photo-1").customer
        profile, page = work.pages.customer.page, work.pages.photo.page

        work.management.open(Place(CUSTOMER, who.id))
        work.management.bring_up()
        at.wait_until(lambda: work.panel.page is profile)
        hands.click(profile.photo_button)
        at.wait_until(lambda: work.panel.page is page and page.take.isEnabled())
        hands.click(page.take)
        at.wait_until(lambda: page.image is not None and page.use.isVisible())
        assert page.image is not None
        assert (page.image.width(), page.image.height()) == (WIDTH, HEIGHT)
        # A card that is read now has its verdict, and the picture is there again afterwards.
        hands.scan(service.deck()["Viktor Petrov"])
        at.wait_for(1)
        assert at.window.showing_verdict
        at.kiosk.session.clear()
        at.wait_until(page.use.isVisible)
        hands.click(page.use)
        at.wait_until(lambda: work.panel.page is profile)
        path = client.customer(who.id).customer.photo_path
        assert path is not None
        stored = client.photo(path)
        at.wait_until(lambda: profile.photo.has_photo)

        image = Image.open(io.BytesIO(stored))
        side = int(HEIGHT * 0.8)
        assert (image.format, image.size) == ("JPEG", (side, side))
        assert len(image.getexif()) == 0
        assert "comment" not in image.info
        colours = np.asarray(image.convert("RGB")).reshape(side, side, 3)
        left = (WIDTH - side) // 2
        edges = [WIDTH // 3 - left, 2 * WIDTH // 3 - left]
        for across, channel in ((edges[0] // 2, 2), (side // 2, 0), ((edges[1] + side) // 2, 1)):
            seen = colours[side // 2, across]
            assert seen.argmax() == channel
            assert seen[channel] > 150

        hands.click(profile.more)
        assert profile.remove_photo is not None
        hands.click(profile.remove_photo)
        toast = work.panel.toast
        at.wait_until(lambda: "removed" in toast.words.text() and toast.isVisible())
        assert client.customer(who.id).customer.photo_path is None
        hands.click(toast.undo_button)
        at.wait_until(lambda: client.customer(who.id).customer.photo_path is not None)
        again = client.customer(who.id).customer.photo_path
        assert again == path
        assert client.photo(again) == stored
