"""The pieces of the capture thread: newest frame wins, a frozen picture is noticed."""

import time
from pathlib import Path

import numpy as np
import pytest

from scanner.camera import CameraInfo
from scanner.capture import Capture, FrozenCheck, NewestFrame
from scanner.events import SourceChanged, SourceState
from scanner.messages import Phase
from scanner.settings import ScannerSettings
from tests.fakes.mjpeg_camera import MjpegCamera
from tests.scanner.pictures import empty_frame, jpeg, write_video


def test_a_newer_frame_replaces_one_that_waits() -> None:
    newest = NewestFrame()
    for number in range(3):
        newest.put(empty_frame(8, 8, seed=number), number)
    taken = newest.take()
    assert taken is not None
    assert taken[1] == 2
    assert np.array_equal(taken[0], empty_frame(8, 8, seed=2))


def test_the_last_frame_is_handed_out_before_the_end() -> None:
    newest = NewestFrame()
    newest.put(empty_frame(8, 8), 5)
    newest.close()
    taken = newest.take()
    assert taken is not None
    assert taken[1] == 5
    assert newest.take() is None
    assert newest.take() is None


@pytest.mark.parametrize(
    ("pictures", "frozen"),
    [
        ("aaaa", [False, False, True, True]),
        ("abab", [False, False, False, False]),
        ("aabb", [False, False, False, False]),
        ("aaab", [False, False, True, False]),
        ("aaabb", [False, False, True, False, False]),
        ("aaabbb", [False, False, True, False, False, True]),
    ],
)
def test_a_picture_is_frozen_when_it_repeats_for_two_seconds(
    pictures: str, frozen: list[bool]
) -> None:
    check = FrozenCheck(after_s=2.0)
    seen = [
        check.is_frozen(empty_frame(96, 96, seed=ord(picture)), float(second))
        for second, picture in enumerate(pictures)
    ]
    assert seen == frozen


def test_a_change_of_one_pixel_is_a_change() -> None:
    check = FrozenCheck(after_s=2.0)
    still = empty_frame(96, 96)
    moved = still.copy()
    moved[33, 50, 1] ^= 1
    assert not check.is_frozen(still, 0.0)
    assert not check.is_frozen(moved, 2.0)


def test_phases_and_changes_are_told_in_order(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", [empty_frame(64, 48)] * 3)
    changes: list[SourceChanged] = []
    phases: list[Phase] = []
    capture = Capture(ScannerSettings(str(path)), changes.append, phases.append)
    capture.start()
    frames = 0
    while capture.newest.take() is not None:
        frames += 1
    assert 1 <= frames <= 3
    assert capture.error is None
    assert [change.state for change in changes] == [SourceState.RUNNING]
    assert phases[0] is Phase.OPENING
    assert set(phases[1:]) == {Phase.WAITING}


def test_only_pictures_after_the_first_of_a_live_source_have_the_limit_of_reading() -> None:
    phases: list[Phase] = []
    with MjpegCamera([jpeg(empty_frame(64, 48, seed=n)) for n in range(4)]) as camera:
        capture = Capture(ScannerSettings(camera.url), lambda _: None, phases.append)
        capture.start()
        for _ in range(3):
            assert capture.newest.take() is not None
    assert phases[:5] == [
        Phase.OPENING, Phase.WAITING, Phase.OPENING, Phase.WAITING, Phase.READING,
    ]  # fmt: skip


def test_what_stops_the_thread_is_kept() -> None:
    def refuse(phase: Phase) -> None:
        raise RuntimeError(f"refused {phase}")

    changes: list[SourceChanged] = []
    capture = Capture(ScannerSettings("0"), changes.append, refuse)
    capture.start()
    assert capture.newest.take() is None
    assert changes == []
    assert str(capture.error) == "refused opening"


def test_the_demo_gives_way_to_a_camera_that_is_plugged_in(tmp_path: Path) -> None:
    deck = tmp_path / "deck.json"
    deck.write_text('{"title": "Club", "cards": [{"code": "C-1", "name": "Ada"}]}')
    plugged: list[CameraInfo] = []
    changes: list[SourceChanged] = []
    settings = ScannerSettings(
        f"auto:{deck}", loop=True, fps=5, look_again_s=0.05, retry_after_s=0.05
    )
    capture = Capture(settings, changes.append, lambda _phase: None, lambda: plugged)
    capture.start()
    assert capture.newest.take() is not None
    assert [(change.state, change.demo) for change in changes] == [(SourceState.RUNNING, True)]
    plugged.append(CameraInfo(97, "USB camera"))
    deadline_s = time.monotonic() + 20
    while len(changes) < 2 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert (changes[1].state, changes[1].demo) == (SourceState.LOST, False)
    assert "camera 97" in changes[1].detail
