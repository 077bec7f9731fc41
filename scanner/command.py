"""The ``scan`` command: reads files and writes one JSON line per picture or video frame."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2

from scanner.decode import LiveDecoder, decode_still
from scanner.events import Code
from scanner.files import VideoError, VideoFrames
from scanner.formats import DEFAULT_FORMATS, KNOWN_FORMATS, format_named
from scanner.picture import IMAGE_SUFFIXES, VIDEO_SUFFIXES, PictureError, load_picture, quieten

Line = dict[str, Any]


def scan_files(
    paths: Iterable[Path | str],
    write: Callable[[str], None],
    formats: tuple[str, ...] = DEFAULT_FORMATS,
) -> int:
    """Scan files, and folders with all their subfolders; pass each JSON line to ``write``.

    Looks for ``formats``, by their zxing-cpp names.

    A picture gives ``{"path", "frame": 0, "codes": [{"text", "format", "corners"}],
    "milliseconds"}`` with corners in pixels, a video one such line per frame. A file that cannot be
    read, or a truncated video, gives ``{"path", "error"}``, and the others are scanned. Returns 1
    if there was such a line, else 0. Each line can be written as UTF-8, whatever the file names.
    """
    quieten()
    failed = False
    for path in paths:
        for line in _scan_path(Path(path), formats):
            failed = failed or "error" in line
            write(_json_of(line))
    return 1 if failed else 0


def formats_in(text: str) -> tuple[str, ...]:
    """Return the formats that ``text`` lists, separated by commas; ``all`` are all known ones.

    Raises ValueError for an unknown name, which it quotes, and for an empty list.
    """
    if text.strip().casefold() == "all":
        return KNOWN_FORMATS
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ValueError("no code format is named")
    return tuple(dict.fromkeys(format_named(name) for name in names))


def _json_of(line: Line) -> str:
    """Return ``line`` as JSON, with surrogates (bytes of a file name that are no UTF-8) escaped.

    The file name can be restored from the escapes.
    """
    text = json.dumps(line, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _scan_path(path: Path, formats: tuple[str, ...]) -> Iterator[Line]:
    """Yield the lines of one argument."""
    try:
        if path.is_dir():
            yield from _scan_folder(path, formats)
            return
    except OSError as error:
        yield _failure(path, error)
        return
    yield from _scan_file(path, formats)


def _scan_folder(folder: Path, formats: tuple[str, ...]) -> Iterator[Line]:
    """Yield the lines of a folder's files by name, after those of subfolders that failed."""
    closed: list[OSError] = []
    found = sorted(_wanted_files(folder, closed.append))
    for error in closed:
        yield _failure(Path(os.fsdecode(error.filename or folder)), error)
    if not found and not closed:
        yield {"path": str(folder), "error": f"{folder}: holds no pictures or videos"}
    for file in found:
        yield from _scan_file(file, formats)


def _wanted_files(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield the pictures and videos at all levels below ``folder``.

    Paths that are no files, such as pipes, are left out; a broken link is yielded, to be reported.
    """
    suffixes = IMAGE_SUFFIXES | VIDEO_SUFFIXES
    for parent, _, names in os.walk(folder, onerror=on_error):
        for file in (Path(parent, name) for name in names):
            # The functions of os.path do not raise if a name cannot be resolved.
            if file.suffix.lower() in suffixes and (
                os.path.isfile(file) or not os.path.exists(file)
            ):
                yield file


def _scan_file(path: Path, formats: tuple[str, ...]) -> Iterator[Line]:
    try:
        if path.suffix.lower() in VIDEO_SUFFIXES:
            yield from _scan_video(path, formats)
        else:
            yield _scan_picture(path, formats)
    except (PictureError, VideoError) as error:
        yield {"path": str(path), "error": str(error)}
    except (OSError, ValueError, cv2.error, MemoryError) as error:
        yield _failure(path, error)


def _failure(path: Path, error: Exception) -> Line:
    """Return the line of a path that could not be scanned."""
    why = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
    return {"path": str(path), "error": f"{path}: cannot be scanned: {why}"}


def _scan_picture(path: Path, formats: tuple[str, ...]) -> Line:
    picture = load_picture(path)
    started_s = time.perf_counter()
    codes = decode_still(picture, formats)
    return _line(path, 0, codes, time.perf_counter() - started_s)


def _scan_video(path: Path, formats: tuple[str, ...]) -> Iterator[Line]:
    frames = VideoFrames(path)
    decoder = LiveDecoder(formats)
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
