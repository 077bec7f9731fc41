"""What the user calls a camera, turned into a source of frames."""

import time
from pathlib import Path

import cv2
import pytest

from scanner.camera import CameraInfo, camera_index, open_source, settle
from scanner.demo_camera import DemoCamera
from scanner.files import ImageFolder, VideoFile
from scanner.settings import ScannerSettings
from scanner.source import PictureSkipped, Source, SourceEnded, SourceError
from tests.fakes.mjpeg_camera import MjpegCamera
from tests.scanner.pictures import empty_frame, frame_with, jpeg, write_video
from tests.scanner.test_demo_camera import write_deck


def play(source: Source) -> list[float]:
    """Read a source to its end; return when each frame was due, from the first on."""
    due_s: list[float] = []
    try:
        while True:
            due_s.append(source.due_s())
            source.read()
    except SourceEnded:
        return [at_s - due_s[0] for at_s in due_s[:-1]]
    finally:
        source.close()


def test_a_video_plays_at_its_own_rate(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", [empty_frame(64, 48)] * 10, fps=20.0)
    source = open_source(ScannerSettings(str(path), fps=30))
    assert isinstance(source, VideoFile)
    assert play(source) == pytest.approx([n / 20 for n in range(10)])


def test_a_truncated_video_is_told_and_then_ends(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", [frame_with("x")] * 20)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_source(ScannerSettings(str(path)))
    with pytest.raises(PictureSkipped, match=r"film\.avi: breaks off after \d+ of 20 frames"):
        play(source)
    with pytest.raises(SourceEnded):
        source.read()
    source.close()


def test_a_folder_shows_each_picture_a_while(tmp_path: Path) -> None:
    for name, value in (("b.png", 200), ("a.jpg", 40)):
        cv2.imwrite(str(tmp_path / name), empty_frame(64, 48) * 0 + value)
    source = open_source(ScannerSettings(str(tmp_path), image_s=0.5, fps=10))
    assert isinstance(source, ImageFolder)
    brightness = [round(float(source.read().mean())) for _ in range(10)]
    assert brightness == [40] * 5 + [200] * 5
    with pytest.raises(SourceEnded):
        source.read()


def test_a_broken_picture_in_a_folder_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    cv2.imwrite(str(tmp_path / "b.png"), empty_frame(64, 48))
    source = open_source(ScannerSettings(str(tmp_path)))
    with pytest.raises(PictureSkipped, match=r"a\.png: is not an image"):
        source.read()
    assert source.read().shape == (48, 64, 3)


def test_a_folder_of_broken_pictures_ends_although_looped(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    source = open_source(ScannerSettings(str(tmp_path), loop=True))
    with pytest.raises(PictureSkipped):
        source.read()
    with pytest.raises(SourceEnded):
        source.read()


def test_one_picture_is_a_source_too(tmp_path: Path) -> None:
    path = tmp_path / "card.png"
    cv2.imwrite(str(path), frame_with("x"))
    assert len(play(open_source(ScannerSettings(str(path), image_s=1.0, fps=5)))) == 5


def test_a_stream_is_live_and_read_over_the_network() -> None:
    with MjpegCamera([jpeg(frame_with("x"))]) as camera:
        source = open_source(ScannerSettings(camera.url))
        assert source.live
        assert source.read().shape == (720, 1280, 3)
        source.close()


def test_demo_and_loop_are_passed_on(tmp_path: Path) -> None:
    source = open_source(ScannerSettings(f"demo:{write_deck(tmp_path)}", fps=10))
    assert isinstance(source, DemoCamera)
    assert not source.live


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "no camera is named"),
        ("   ", "no camera is named"),
        ("98", "camera 98 is not there"),
        ("Nobody Cam 3000", "no camera, file or folder is called 'Nobody Cam 3000'"),
        ("missing.mp4", "no camera, file or folder is called 'missing.mp4'"),
        ("demo:missing.json", r"demo deck missing\.json cannot be read: No such file"),
        ("http://127.0.0.1:9/live", "stream http://127.0.0.1:9/live does not answer"),
    ],
)
def test_what_is_not_there_is_named(source: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        open_source(ScannerSettings(source), open_timeout_s=2.0)


def test_a_file_that_is_no_video_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    with pytest.raises(SourceError, match=r"notes\.mp4: is not a video"):
        open_source(ScannerSettings(str(path)))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=f"{tmp_path}: holds no pictures"):
        open_source(ScannerSettings(str(tmp_path)))


def test_a_camera_is_found_by_its_stable_name_and_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "video17").touch()
    (tmp_path / "usb-Logi_C920-index0").symlink_to(tmp_path / "video17")
    (tmp_path / "usb-Logi_C920-gone").symlink_to(tmp_path / "video18")
    assert camera_index("usb-Logi_C920-index0", by_id=tmp_path) == 17
    assert camera_index(str(tmp_path / "video17"), by_id=tmp_path) == 17
    with pytest.raises(SourceError, match="cameras of this machine: "):
        camera_index("usb-Logi_C920-gone", by_id=tmp_path)


def test_a_live_source_sets_its_own_pace() -> None:
    with MjpegCamera([jpeg(empty_frame(64, 48))]) as camera:
        source = open_source(ScannerSettings(camera.url))
        assert source.due_s() <= time.monotonic()
        source.close()


TWO_CAMERAS = [CameraInfo(2, "Front"), CameraInfo(4, "Back")]


@pytest.mark.parametrize(
    ("source", "cameras", "settled"),
    [
        ("auto:deck.json", TWO_CAMERAS, "2"),
        ("auto:deck.json", [], "demo:deck.json"),
        ("auto:", TWO_CAMERAS, "2"),
        ("1", TWO_CAMERAS, "1"),
        ("demo:deck.json", TWO_CAMERAS, "demo:deck.json"),
    ],
)
def test_auto_is_the_first_camera_or_else_the_demo(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    cameras: list[CameraInfo],
    settled: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deck.json").touch()
    assert settle(ScannerSettings(source), lambda: cameras).source == settled


@pytest.mark.parametrize("source", ["auto:", "auto:missing.json"])
def test_auto_without_camera_and_deck_is_an_error(source: str) -> None:
    with pytest.raises(SourceError, match="no camera is plugged in"):
        settle(ScannerSettings(source), lambda: [])
