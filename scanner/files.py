"""Video files and folders of pictures as sources, played in real time."""

from collections.abc import Iterator
from pathlib import Path

import cv2

from scanner.picture import IMAGE_SUFFIXES, Image, PictureError, as_image, load_picture
from scanner.source import Pace, PictureSkipped, SourceEnded, SourceError

FALLBACK_FPS = 25.0
"""Rate of files without a valid one."""

MISSING_SHARE = 0.02
"""Containers may overstate their length a little; a video that lacks more is truncated."""


class VideoError(SourceError):
    """A video cannot be opened, or is truncated. The message names the file."""


class VideoFrames:
    """The frames of a video file in order, as fast as they can be decoded."""

    def __init__(self, path: Path) -> None:
        """Open ``path``. Raises VideoError if it is no video, or a damaged one."""
        if not path.is_file():
            raise VideoError(f"{path}: there is no such file")
        self._path = path
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._capture.isOpened():
            raise VideoError(f"{path}: is not a video that can be read, or is damaged")
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0.1 <= fps <= 1000 else FALLBACK_FPS
        self.announced = max(0, int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)))

    def __iter__(self) -> Iterator[Image]:
        """Yield the frames, BGR. Raises VideoError after the last good one of a truncated file."""
        count = 0
        while True:
            good, frame = self._capture.read()
            if not good or frame is None:
                break
            count += 1
            yield as_image(frame)
        allowed = max(1.0, self.announced * MISSING_SHARE)
        if count == 0 or self.announced - count > allowed:
            raise VideoError(f"{self._path}: breaks off after {count} of {self.announced} frames")

    def close(self) -> None:
        """Close the file."""
        self._capture.release()


class VideoFile:
    """A video file that is played at its own rate, once or in a loop."""

    live = False

    def __init__(self, path: Path, loop: bool) -> None:
        """Open ``path``. Raises VideoError if it is no video."""
        self._path = path
        self._loop = loop
        self._open()

    def _open(self) -> None:
        self._frames = VideoFrames(self._path)
        self._iterator = iter(self._frames)
        self._pace = Pace(self._frames.fps)
        self._any_good = False

    def due_s(self) -> float:
        """Return when the next frame is due."""
        return self._pace.due_s()

    def read(self) -> Image:
        """Return the next frame. Raises PictureSkipped at the end of a truncated file."""
        try:
            frame = next(self._iterator)
        except StopIteration:
            self._frames.close()
            if not self._loop or not self._any_good:
                raise SourceEnded(str(self._path)) from None
            self._open()
            return self.read()
        except VideoError as error:
            self._iterator = iter(())
            raise PictureSkipped(str(error)) from error
        self._any_good = True
        self._pace.shown()
        return frame

    def close(self) -> None:
        """Close the file."""
        self._frames.close()


class ImageFolder:
    """The pictures of a folder by name, each repeated for ``image_s`` seconds."""

    live = False

    def __init__(self, folder: Path, image_s: float, fps: float, loop: bool) -> None:
        """List ``folder``. Raises SourceError if it has no picture files."""
        self._paths = picture_paths(folder)
        self._repeats = max(1, round(image_s * fps))
        self._loop = loop
        self._pace = Pace(fps)
        self._index = 0
        self._left = 0
        self._picture: Image | None = None
        self._any_good = False

    def due_s(self) -> float:
        """Return when the next frame is due."""
        return self._pace.due_s()

    def read(self) -> Image:
        """Return the present picture. Raises PictureSkipped once for a file that is none."""
        if self._picture is None or self._left == 0:
            self._picture = self._turn()
            self._left = self._repeats
        self._left -= 1
        self._pace.shown()
        return self._picture

    def _turn(self) -> Image:
        """Return the picture of the next file."""
        if self._index == len(self._paths):
            if not self._loop or not self._any_good:
                raise SourceEnded("the folder")
            self._index = 0
        path = self._paths[self._index]
        self._index += 1
        try:
            picture = load_picture(path)
        except PictureError as error:
            raise PictureSkipped(str(error)) from error
        self._any_good = True
        return picture

    def close(self) -> None:
        """Nothing is held open."""


def picture_paths(folder: Path) -> list[Path]:
    """Return the picture files directly in ``folder`` by name, or ``folder`` if it is a file.

    Raises SourceError if there are none.
    """
    if folder.is_file():
        return [folder]
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not paths:
        raise SourceError(f"{folder}: holds no pictures")
    return paths
