"""Reading, scaling and converting pictures."""

import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""A picture: uint8, BGR of shape (height, width, 3), or grey of shape (height, width)."""

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".pgm", ".ppm"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".wmv", ".mjpeg"}
)
TIFF_STARTS = (b"II*\0", b"MM\0*")
"""First bytes of TIFF files, whose fourth channel may be black ink instead of opacity."""


class PictureError(Exception):
    """A file cannot be read as a picture. The message names the file and the reason."""


def quieten() -> None:
    """Silence OpenCV and FFmpeg about damaged files, which callers report.

    Call it before the first video or stream is opened. Environment variables of the user win.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def as_image(array: Any) -> Image:
    """Return an array of OpenCV, which is loosely typed, as an ``Image``."""
    return np.asarray(array, dtype=np.uint8)


def grey_of(image: Image) -> Image:
    """Return ``image`` in grey and contiguous, without a copy if it already is."""
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    if image.shape[2] == 4:
        return as_image(cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY))
    return as_image(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def fit_within(image: Image, side: int) -> Image:
    """Return ``image`` scaled down to fit ``side`` x ``side`` pixels; never enlarged."""
    height, width = image.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1.0:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return as_image(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR))


def load_picture(path: Path) -> Image:
    """Read an image file as BGR. Raises PictureError if it is missing or no image."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path}: cannot be read: {error.strerror or error}") from error
    if not data:
        raise PictureError(f"{path}: is empty")
    try:
        # OpenCV refuses WebP files below 32 bytes, although a picture of one pixel fits into them.
        padded = data.ljust(64, b"\0")
        image = _decode(np.frombuffer(padded, np.uint8))
    except cv2.error as error:
        raise PictureError(f"{path}: cannot be decoded as an image: {error.err}") from error
    if image is None:
        raise PictureError(f"{path}: is not an image that can be read, or is damaged")
    return as_image(image)


def _decode(data: npt.NDArray[np.uint8]) -> Any:
    """Decode an image file as BGR, on white if it is transparent. Returns None on failure."""
    if data[:4].tobytes() in TIFF_STARTS:
        return cv2.imdecode(data, cv2.IMREAD_COLOR)
    whole = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4 or _is_opaque(whole):
        return cv2.imdecode(data, cv2.IMREAD_COLOR)
    most = 255.0 if whole.dtype == np.uint8 else 65535.0
    share = whole[..., 3:].astype(np.float32) / most
    colour = whole[..., :3].astype(np.float32) * (255 / most)
    return (colour * share + 255 * (1 - share)).round().astype(np.uint8)


def _is_opaque(image: npt.NDArray[Any]) -> bool:
    """Return whether the fourth channel of ``image`` is fully opaque, or no opacity at all."""
    if image.dtype.kind != "u":
        return True
    return bool((image[..., 3] == np.iinfo(image.dtype).max).all())
