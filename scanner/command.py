"""The ``scan`` command: files in, one JSON line per picture or video frame out."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from scanner.decode import LiveDecoder, decode_still
from scanner.events import Code
from scanner.files import VideoError, VideoFrames
from scanner.picture import IMAGE_SUFFIXES, VIDEO_SUFFIXES, PictureError, load_picture, quieten

Line = dict[str, Any]


def scan_files(paths: Iterable[Path | str], write: Callable[[str], None]) -> int:
    """Scan files and, through all their levels, folders; pass one JSON text per line to ``write``.

    A picture gives ``{"path", "frame": 0, "codes": [{"text", "format", "corners"}],
    "milliseconds"}``, a video one such line per frame. A file that cannot be read, or a video
    that breaks off, gives ``{"path", "error"}``, and the rest goes on. Returns 1 when there
    was such a line, else 0.
    """
    quieten()
    failed = False
    for path in paths:
        for line in _scan_path(Path(path)):
            failed = failed or "error" in line
            write(json.dumps(line, ensure_ascii=False))
    return 1 if failed else 0


def _scan_path(path: Path) -> Iterator[Line]:
    """Yield the lines of one argument."""
    if not path.is_dir():
        yield from _scan_file(path)
        return
    suffixes = IMAGE_SUFFIXES | VIDEO_SUFFIXES
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes)
    if not found:
        yield {"path": str(path), "error": f"{path}: holds no pictures or videos"}
    for file in found:
        yield from _scan_file(file)


def _scan_file(path: Path) -> Iterator[Line]:
    try:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            yield from _scan_video(path)
        else:
            yield _scan_picture(path)
    except (PictureError, VideoError) as error:
        yield {"path": str(path), "error": str(error)}


def _scan_picture(path: Path) -> Line:
    picture = load_picture(path)
    started_s = time.perf_counter()
    codes = decode_still(picture)
    return _line(path, 0, codes, time.perf_counter() - started_s)


def _scan_video(path: Path) -> Iterator[Line]:
    frames = VideoFrames(path)
    decoder = LiveDecoder()
    try:
        for number, frame in enumerate(frames):
            started_s = time.perf_counter()
            codes = decoder.decode(frame)
            yield _line(path, number, codes, time.perf_counter() - started_s)
    finally:
        frames.close()


def _line(path: Path, frame: int, codes: Iterable[Code], took_s: float) -> Line:
    return {
        "path": str(path),
        "frame": frame,
        "codes": [
            {
                "text": code.text,
                "format": code.format,
                "corners": [[round(x, 1), round(y, 1)] for x, y in code.corners],
            }
            for code in codes
        ],
        "milliseconds": round(took_s * 1000, 2),
    }
