"""A network camera that hangs, drops, freezes and babbles, read over real HTTP."""

import time
from collections.abc import Callable, Iterator

import pytest

from scanner.events import SourceState
from scanner.process import ScannerSupervisor
from scanner.settings import ScannerSettings
from tests.fakes.mjpeg_camera import MjpegCamera
from tests.forkserver import forked_scanner
from tests.scanner.pictures import frame_with, jpeg
from tests.scanner.watching import wait_for_state, wait_for_text


@pytest.fixture(scope="module")
def pictures() -> list[bytes]:
    """A card held not quite still, so that no two pictures in a row are the same."""
    return [jpeg(frame_with("member-9", left=400 + 3 * n)) for n in range(4)]


@pytest.fixture
def camera(pictures: list[bytes]) -> Iterator[MjpegCamera]:
    """A camera that works."""
    with MjpegCamera(pictures) as camera:
        yield camera


@pytest.fixture
def scanner(camera: MjpegCamera) -> Iterator[ScannerSupervisor]:
    """A scanner that reads it."""
    with forked_scanner(ScannerSettings(camera.url)) as scanner:
        yield scanner


@pytest.mark.parametrize(
    ("fault", "noticed_as", "times"),
    [
        (MjpegCamera.hang, (SourceState.STALLED,), 1),
        (MjpegCamera.mute, (SourceState.STALLED,), 1),
        (MjpegCamera.drop, (SourceState.LOST,), 2),
        (MjpegCamera.freeze, (SourceState.FROZEN,), 1),
        (MjpegCamera.garbage, (SourceState.LOST, SourceState.STALLED), 2),
    ],
    ids=["hang", "mute", "drop", "freeze", "garbage"],
)
def test_a_fault_is_noticed_and_healed(
    camera: MjpegCamera,
    scanner: ScannerSupervisor,
    fault: Callable[[MjpegCamera], None],
    noticed_as: tuple[SourceState, ...],
    times: int,
) -> None:
    for _ in range(times):
        wait_for_text(scanner, "member-9")
        fault(camera)
        change = wait_for_state(scanner, *noticed_as)
        assert change.detail.endswith(".")
        camera.resume()
        wait_for_state(scanner, SourceState.RUNNING)
        wait_for_text(scanner, "member-9")


@pytest.mark.parametrize("silent_s", [pytest.param(4.0, marks=pytest.mark.soak), 12.0])
def test_a_stream_that_is_taken_and_says_nothing_is_found_again(
    camera: MjpegCamera, silent_s: float
) -> None:
    """Connections of the silent time never wake, so only a new one helps."""
    camera.mute()
    with forked_scanner(ScannerSettings(camera.url, open_timeout_s=120)) as scanner:
        time.sleep(silent_s)
        camera.resume()
        wait_for_text(scanner, "member-9")


def test_a_camera_that_comes_late_is_found(camera: MjpegCamera) -> None:
    camera.drop()
    with forked_scanner(ScannerSettings(camera.url, retry_after_s=0.1)) as scanner:
        wait_for_state(scanner, SourceState.LOST)
        camera.resume()
        wait_for_text(scanner, "member-9")


def test_a_stream_slower_than_the_limit_works(pictures: list[bytes]) -> None:
    with (
        MjpegCamera(pictures, fps=0.8) as slow,
        forked_scanner(ScannerSettings(slow.url, stall_after_s=0.5)) as scanner,
    ):
        while wait_for_text(scanner, "member-9").number < 3:
            pass


def test_stopping_while_the_camera_hangs(camera: MjpegCamera, scanner: ScannerSupervisor) -> None:
    wait_for_text(scanner, "member-9")
    camera.hang()
    scanner.next_event(0.5)
    scanner.stop()
    assert scanner.pid is None
