"""The scan command: JSON lines for pictures, videos, folders and what is neither."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from main import app
from scanner.command import scan_files
from tests.scanner.pictures import empty_frame, frame_with, write_video


def scan(*paths: Path) -> tuple[int, list[dict[str, Any]]]:
    """Return the exit status and the lines, parsed."""
    lines: list[str] = []
    status = scan_files(paths, lines.append)
    assert not any("\n" in line for line in lines)
    return status, [json.loads(line) for line in lines]


def save(path: Path, frame: np.ndarray[Any, Any]) -> Path:
    """Write a picture file."""
    assert cv2.imwrite(str(path), frame)
    return path


@contextmanager
def without_root() -> Iterator[None]:
    """Give up root's rights within the block, if this process has them."""
    before = os.geteuid()
    nobody = 65534
    if before == 0:
        os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_picture_gives_one_line(tmp_path: Path) -> None:
    path = save(tmp_path / "card.png", frame_with("Grüße, 山田"))
    status, [line] = scan(path)
    assert status == 0
    assert line.keys() == {"path", "frame", "codes", "milliseconds"}
    assert (line["path"], line["frame"]) == (str(path), 0)
    assert line["milliseconds"] > 0
    [code] = line["codes"]
    assert code.keys() == {"text", "format", "corners"}
    assert (code["text"], code["format"]) == ("Grüße, 山田", "QRCode")
    assert np.shape(code["corners"]) == (4, 2)


def test_formats_are_those_that_are_asked_for(tmp_path: Path) -> None:
    fob = save(tmp_path / "fob.png", frame_with("FOB-7712", "Code128", 3))
    for option, texts in (("", ["FOB-7712"]), ("code 39,EAN-8,code-128", ["FOB-7712"])):
        status, [line] = _run_scan(*(["--formats", option] if option else []), str(fob))
        assert (status, [code["text"] for code in line["codes"]]) == (0, texts)


@pytest.mark.parametrize("formats", ["Rune7", "QRCode,Rune7", "  ", ","])
def test_a_format_that_is_unknown_is_refused_with_its_name(formats: str) -> None:
    result = CliRunner().invoke(app, ["scan", "--formats", formats, "card.png"])
    assert result.exit_code == 2
    assert result.stdout == ""
    told = "unknown code format 'Rune7'" if "Rune7" in formats else "no code format is named"
    assert told in result.stderr


def _run_scan(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """Run ``main.py scan`` and return its exit status and lines."""
    result = CliRunner().invoke(app, ["scan", *arguments])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_a_picture_without_a_code_has_none(tmp_path: Path) -> None:
    status, [line] = scan(save(tmp_path / "wall.png", empty_frame()))
    assert (status, line["codes"]) == (0, [])


def test_a_video_gives_a_line_for_every_frame(tmp_path: Path) -> None:
    film = [empty_frame(), frame_with("one"), frame_with("two")]
    status, lines = scan(write_video(tmp_path / "film.avi", film))
    assert status == 0
    assert [line["frame"] for line in lines] == [0, 1, 2]
    assert [[code["text"] for code in line["codes"]] for line in lines] == [[], ["one"], ["two"]]


def test_a_truncated_video_gives_its_good_frames_and_an_error(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.avi", [frame_with("one")] * 30)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    status, lines = scan(path, save(tmp_path / "card.png", frame_with("next")))
    assert status == 1
    assert [line["frame"] for line in lines[:-2]] == list(range(len(lines) - 2))
    assert 10 <= len(lines) - 2 <= 16
    assert str(path) in lines[-2]["error"]
    assert "breaks off after" in lines[-2]["error"]
    assert lines[-1]["codes"][0]["text"] == "next"


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("no picture")
    empty = tmp_path / "empty.jpg"
    empty.touch()
    no_video = tmp_path / "text.mp4"
    no_video.write_text("no video")
    cut = save(tmp_path / "cut.png", frame_with("cut"))
    cut.write_bytes(cut.read_bytes()[:200])
    missing = tmp_path / "missing.png"
    hollow = tmp_path / "hollow"
    hollow.mkdir()
    bad = [text, empty, no_video, cut, missing, hollow]
    status, lines = scan(*bad, save(tmp_path / "card.png", frame_with("good")))
    assert status == 1
    assert [line["path"] for line in lines] == [*map(str, bad), str(tmp_path / "card.png")]
    for path, line in zip(bad, lines, strict=False):
        assert line.keys() == {"path", "error"}
        assert str(path) in line["error"]
    assert lines[-1]["codes"][0]["text"] == "good"


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    save(tmp_path / "b" / "2.png", frame_with("second"))
    save(tmp_path / "a.png", frame_with("first"))
    (tmp_path / "notes.txt").write_text("not scanned")
    status, lines = scan(tmp_path)
    assert status == 0
    assert [line["codes"][0]["text"] for line in lines] == ["first", "second"]


def test_a_picture_of_one_pixel_is_a_picture(tmp_path: Path) -> None:
    for suffix in ("png", "webp", "jpg", "bmp"):
        path = save(tmp_path / f"dot.{suffix}", np.full((1, 1, 3), 255, np.uint8))
        status, [line] = scan(path)
        assert (status, line["codes"]) == (0, [])


def test_standard_output_holds_nothing_but_the_lines(tmp_path: Path) -> None:
    good = save(tmp_path / "card.png", frame_with("good"))
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"\0" * 1000)
    program = "import sys; from scanner.command import scan_files; scan_files(sys.argv[1:], print)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(bad), str(good)],
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["path"] for line in lines] == [str(bad), str(good)]
    assert done.stderr == ""


@pytest.mark.parametrize("shape", [(40, 30_000), (30_000, 40), (20, 70_000), (3, 32_500)])
def test_a_very_long_strip_is_a_picture_without_a_code(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    strip = np.random.default_rng(5).integers(150, 190, shape).astype(np.uint8)
    status, [line] = scan(save(tmp_path / "strip.png", strip))
    assert (status, line.get("codes"), line.get("error")) == (0, [], None)


def test_a_name_that_is_too_long_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    long_name = tmp_path / ("x" * 300 + ".png")
    status, lines = scan(long_name, save(tmp_path / "card.png", frame_with("good")))
    assert status == 1
    assert str(long_name) in lines[0]["error"]
    assert lines[1]["codes"][0]["text"] == "good"


def test_a_name_with_a_nul_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    card = save(tmp_path / "card.png", frame_with("good"))
    status, lines = scan(Path("a\0b.png"), Path("a\0b.mp4"), card)
    assert status == 1
    assert ["error" in line for line in lines] == [True, True, False]


@pytest.fixture
def shared_path() -> Iterator[Path]:
    """A folder that every user of the machine may read, unlike those of pytest."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_folder_that_may_not_be_read_is_told_and_the_rest_goes_on(shared_path: Path) -> None:
    save(shared_path / "card.png", frame_with("good"))
    for name, mode in (("closed", 0o000), ("listed", 0o444)):
        (shared_path / name).mkdir()
        save(shared_path / name / "card.png", empty_frame(64, 48))
        (shared_path / name).chmod(mode)
    lines: list[str] = []
    with without_root():
        status = scan_files([shared_path / "closed" / "card.png", shared_path], lines.append)
    found = {line["path"]: line for line in map(json.loads, lines)}
    assert status == 1
    assert "Permission denied" in found[str(shared_path / "closed" / "card.png")]["error"]
    assert "Permission denied" in found[str(shared_path / "closed")]["error"]
    assert "Permission denied" in found[str(shared_path / "listed" / "card.png")]["error"]
    assert found[str(shared_path / "card.png")]["codes"][0]["text"] == "good"


def test_a_folder_or_pipe_called_like_a_picture_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    save(tmp_path / "x.png" / "card.png", frame_with("good"))
    status, lines = scan(tmp_path)
    assert status == 0
    assert [line["codes"][0]["text"] for line in lines] == ["good"]


def test_a_name_that_is_not_utf8_makes_a_line_that_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(save(tmp_path / "card.png", frame_with("good")).read_bytes())
    lines: list[str] = []
    assert scan_files([path], lines.append) == 0
    line = json.loads(lines[0].encode("utf-8"))
    assert Path(line["path"]) == path
    assert line["codes"][0]["text"] == "good"
