"""The scanner process and its watchdog, with real processes and files."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from pickle import PicklingError

import numpy as np
import psutil
import pytest

from scanner.decode import LiveDecoder
from scanner.events import FrameRead, SourceState
from scanner.process import ScannerSupervisor
from scanner.settings import ScannerSettings
from tests.forkserver import forked_scanner
from tests.scanner import faulty_decoders
from tests.scanner.pictures import empty_frame, frame_with, write_video
from tests.scanner.watching import wait_for_end, wait_for_state, wait_for_still, wait_for_text


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A clip of one second: a wall, then a card."""
    frames = [empty_frame(seed=n) for n in range(10)] + [frame_with("member-7")] * 20
    return write_video(tmp_path / "clip.avi", frames)


def test_a_clip_is_read_and_ends_after_its_last_frame(clip: Path) -> None:
    with ScannerSupervisor(ScannerSettings(str(clip))) as scanner:
        events = wait_for_end(scanner)
        assert scanner.next_event(0.2) is None
    frames = [event for event in events if isinstance(event, FrameRead)]
    assert [event.number for event in frames] == list(range(1, len(frames) + 1))
    assert frames[-1].codes[0].text == "member-7"
    assert (frames[0].width, frames[0].height, frames[0].codes) == (1280, 720, ())
    assert all(frame.captured_ns <= frame.decoded_ns for frame in frames)
    assert frames[-1].decoded_ns <= time.monotonic_ns()


def test_corners_are_in_pixels_of_the_source_frame(clip: Path) -> None:
    with forked_scanner(ScannerSettings(str(clip))) as scanner:
        read = wait_for_text(scanner, "member-7")
    assert read.codes[0].corners[0] == pytest.approx((420, 160), abs=4)
    assert read.codes[0].corners[2] == pytest.approx((420 + 21 * 6, 160 + 21 * 6), abs=4)


def test_a_still_is_a_frame_in_its_full_size(tmp_path: Path) -> None:
    picture = frame_with("member-7")
    film = write_video(tmp_path / "still.avi", [picture] * 30)
    with forked_scanner(ScannerSettings(str(film), loop=True)) as scanner:
        wait_for_text(scanner, "member-7")
        scanner.take_still()
        still = wait_for_still(scanner)
        assert (still.width, still.height) == (1280, 720)
        shown = np.frombuffer(still.data, np.uint8).reshape(720, 1280, 3)
        assert np.abs(shown.astype(int) - picture.astype(int)).mean() < 4
        # One order is one still, and codes are read as before.
        wait_for_text(scanner, "member-7")
        scanner.take_still()
        scanner.take_still()
        wait_for_still(scanner)


def test_the_preview_is_the_frame_scaled(clip: Path) -> None:
    with forked_scanner(ScannerSettings(str(clip), preview_width=320)) as scanner:
        read = wait_for_text(scanner, "member-7")
        assert read.preview is not None
        preview = scanner.preview(read.preview)
    assert preview is not None
    assert preview.shape == (180, 320, 3)
    pixels = np.asarray(preview)
    assert abs(float(pixels[20:60, 20:60].mean()) - 170) < 5
    assert np.ptp(pixels[40:70, 105:135]) > 150


def test_a_preview_that_was_overwritten_is_none(clip: Path) -> None:
    with forked_scanner(ScannerSettings(str(clip))) as scanner:
        events = wait_for_end(scanner)
        refs = [event.preview for event in events if isinstance(event, FrameRead)]
        assert refs[0] is not None
        assert refs[-1] is not None
        assert scanner.preview(refs[0]) is None
        assert scanner.preview(refs[-1]) is not None


def test_a_looped_clip_goes_on(clip: Path) -> None:
    with forked_scanner(ScannerSettings(str(clip), loop=True)) as scanner:
        for _ in range(2):
            wait_for_text(scanner, "member-7")
            while (event := scanner.next_event(5.0)) is not None:
                if isinstance(event, FrameRead) and not event.codes:
                    break
            assert isinstance(event, FrameRead)


def test_a_source_that_is_not_there_is_lost_until_it_comes(tmp_path: Path, clip: Path) -> None:
    late = tmp_path / "late.avi"
    with forked_scanner(ScannerSettings(str(late), retry_after_s=0.1)) as scanner:
        lost = wait_for_state(scanner, SourceState.LOST)
        assert str(late) in lost.detail
        clip.rename(late)
        wait_for_text(scanner, "member-7")


def test_a_camera_that_does_not_exist_is_named() -> None:
    with forked_scanner(ScannerSettings("97")) as scanner:
        assert wait_for_state(scanner, SourceState.LOST).detail.startswith("Camera 97 is not")


@pytest.mark.parametrize("source", ["rtsp://[::1", "rtsp://desk:p[ss@10.0.0.7/live"])
def test_an_address_that_is_none_is_told_without_its_password(source: str) -> None:
    with forked_scanner(ScannerSettings(source)) as scanner:
        lost = wait_for_state(scanner, SourceState.LOST)
    assert "is not valid" in lost.detail
    assert "desk" not in lost.detail


def test_a_decoder_that_aborts_is_replaced(clip: Path, tmp_path: Path) -> None:
    settings = ScannerSettings(str(clip), decoder=faulty_decoders.aborting(tmp_path / "once"))
    with forked_scanner(settings) as scanner:
        first = scanner.pid
        assert "restarting" in wait_for_state(scanner, SourceState.CRASHED).detail
        wait_for_text(scanner, "member-7")
        assert scanner.pid != first


def test_what_a_decoder_raises_is_said(clip: Path, tmp_path: Path) -> None:
    settings = ScannerSettings(str(clip), decoder=faulty_decoders.raising(tmp_path / "once"))
    with forked_scanner(settings) as scanner:
        crash = wait_for_state(scanner, SourceState.CRASHED)
        assert "RuntimeError: the table of symbols is empty" in crash.detail
        wait_for_text(scanner, "member-7")


@pytest.mark.parametrize("fault", [faulty_decoders.hanging, faulty_decoders.locking_up])
def test_a_decoder_that_hangs_is_replaced(
    clip: Path, tmp_path: Path, fault: Callable[[Path], faulty_decoders.Factory]
) -> None:
    settings = ScannerSettings(str(clip), decoder=fault(tmp_path / "once"), stall_after_s=1.0)
    with forked_scanner(settings) as scanner:
        wait_for_state(scanner, SourceState.CRASHED)
        wait_for_text(scanner, "member-7")


def test_a_killed_process_is_replaced(clip: Path) -> None:
    with forked_scanner(ScannerSettings(str(clip), loop=True)) as scanner:
        wait_for_text(scanner, "member-7")
        assert scanner.pid is not None
        os.kill(scanner.pid, signal.SIGKILL)
        wait_for_state(scanner, SourceState.CRASHED)
        wait_for_text(scanner, "member-7")


def test_stopping_leaves_no_process_and_no_shared_memory(clip: Path) -> None:
    before = multiprocessing.active_children()
    scanner = ScannerSupervisor(ScannerSettings(str(clip), loop=True))
    scanner.start()
    wait_for_text(scanner, "member-7")
    pid = scanner.pid
    name = scanner.ring_name
    assert name is not None
    scanner.stop()
    scanner.stop()
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert set(multiprocessing.active_children()) <= set(before)
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=name)
    assert scanner.next_event(0.0) is None


def test_stopping_at_once_and_while_the_decoder_hangs(clip: Path, tmp_path: Path) -> None:
    at_once = ScannerSupervisor(ScannerSettings(str(clip)))
    at_once.start()
    at_once.stop()
    hung = faulty_decoders.locking_up(tmp_path / "once")
    with ScannerSupervisor(ScannerSettings(str(clip), decoder=hung)) as scanner:
        wait_for_state(scanner, SourceState.RUNNING)
        pid = scanner.pid
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_scanner_starts_only_once(clip: Path) -> None:
    with (
        ScannerSupervisor(ScannerSettings(str(clip))) as scanner,
        pytest.raises(RuntimeError, match="started already"),
    ):
        scanner.start()


KIOSK = """
import sys
from scanner.process import ScannerSupervisor
from scanner.settings import ScannerSettings
from scanner.events import FrameRead
if __name__ == "__main__":
    with ScannerSupervisor(ScannerSettings(sys.argv[1], loop=True)) as scanner:
        while not isinstance(scanner.next_event(1.0), FrameRead):
            pass
        print(scanner.pid, flush=True)
        if sys.argv[2] == "stay":
            while True:
                scanner.next_event(1.0)
"""


def kiosk(script: Path, clip: Path, manner: str) -> "subprocess.Popen[str]":
    """Start a process that owns a scanner."""
    script.write_text(KIOSK)
    command = [sys.executable, str(script), str(clip), manner]
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def test_the_process_leaves_when_the_kiosk_is_killed(clip: Path, tmp_path: Path) -> None:
    with kiosk(tmp_path / "kiosk.py", clip, "stay") as owner:
        assert owner.stdout is not None
        scanner = psutil.Process(int(owner.stdout.readline()))
        owner.kill()
        owner.communicate()
    _, alive = psutil.wait_procs([scanner], timeout=10)
    assert alive == []


def test_an_orderly_end_prints_no_warning(clip: Path, tmp_path: Path) -> None:
    with kiosk(tmp_path / "kiosk.py", clip, "leave") as owner:
        _, errors = owner.communicate()
        assert owner.returncode == 0
    assert errors == ""


@pytest.mark.parametrize(
    "change", [{"fps": 0}, {"preview_width": -1}, {"stall_after_s": 0.0}, {"formats": ()}]
)
def test_settings_without_sense_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"scanner setting {next(iter(change))} must"):
        ScannerSettings("0", **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "label"),
    [
        ("rtsp://desk:secret@10.0.0.7:554/live?token=1", "rtsp://10.0.0.7:554/live"),
        ("http://10.0.0.7/live", "http://10.0.0.7/live"),
        ("rtsp://desk:p#ss@10.0.0.7/live", "rtsp://10.0.0.7/live"),
        ("rtsp://desk:p/s?s@10.0.0.7/live?token=1", "rtsp://10.0.0.7/live"),
        ("rtsp://desk:p[ss@10.0.0.7/live", "rtsp://10.0.0.7/live"),
        ("rtsp://[::1", "the network camera"),
        ("/dev/video0", "/dev/video0"),
        ("Logi C920", "Logi C920"),
        ("demo:deck.json", "the demo camera"),
        ("auto:deck.json", "the camera"),
        ("auto:", "the camera"),
    ],
)
def test_the_label_of_a_source_holds_no_secret(source: str, label: str) -> None:
    assert ScannerSettings(source).label == label


@pytest.mark.parametrize(
    ("source", "later"),
    [("auto:deck.json", "auto:"), ("0", "0"), ("demo:deck.json", "demo:deck.json")],
)
def test_a_camera_that_was_found_is_not_replaced_by_the_demo(source: str, later: str) -> None:
    assert ScannerSettings(source).without_demo().source == later


def shared_memories() -> set[str]:
    """The names of the shared memory on this machine."""
    return {path.name for path in Path("/dev/shm").glob("psm_*")}


@pytest.mark.skipif(not Path("/dev/shm").exists(), reason="shared memory is listed on Linux only")
def test_a_scanner_that_cannot_be_started_leaves_no_shared_memory() -> None:
    settings = ScannerSettings("0", decoder=lambda _settings: LiveDecoder())
    before = shared_memories()
    for _ in range(3):
        scanner = ScannerSupervisor(settings)
        with pytest.raises((AttributeError, PicklingError), match="lambda"):
            scanner.start()
        assert (scanner.ring_name, scanner.pid) == (None, None)
    assert shared_memories() <= before


def test_formats_are_changed_while_the_source_stays_open(tmp_path: Path) -> None:
    frames = [frame_with("FOB-7712", "Code39", 3)] * 5 + [frame_with("member-7")] * 5
    film = write_video(tmp_path / "film.avi", frames)
    with ScannerSupervisor(ScannerSettings(str(film), loop=True)) as scanner:
        wait_for_text(scanner, "member-7")
        first = scanner.pid
        scanner.look_for(("QRCode", "Code39"))
        wait_for_text(scanner, "FOB-7712")
        assert scanner.pid == first
        with pytest.raises(ValueError, match="Rune7"):
            scanner.look_for(("Rune7",))
        os.kill(first or 0, signal.SIGKILL)
        wait_for_state(scanner, SourceState.CRASHED)
        wait_for_text(scanner, "FOB-7712")
        assert scanner.pid != first
