"""Pictures, clips and codes that the scanner's tests are made of."""

from pathlib import Path

import cv2
import numpy as np

from scanner.demo_card import code_picture
from scanner.events import Code
from scanner.picture import Image

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def code(text: str = "card", code_format: str = "QRCode") -> Code:
    """Return a code as a decoder would."""
    return Code(text, code_format, SQUARE, text.encode())


def empty_frame(width: int = 1280, height: int = 720, seed: int = 0) -> Image:
    """Return a grey wall with sensor noise, BGR."""
    noise = np.random.default_rng(seed).integers(-4, 5, (height, width, 3))
    return (170 + noise).astype(np.uint8)


def frame_with(
    text: str, code_format: str = "QRCode", module: int = 6, left: int = 420, top: int = 160
) -> Image:
    """Return a frame with a code on white, its first module at ``left``, ``top``."""
    frame = empty_frame()
    picture = code_picture(text, code_format, module)
    if picture.shape[0] < 40:
        picture = np.repeat(picture, 20, axis=0)
    height, width = picture.shape
    margin = 4 * module
    frame[top - margin : top + height + margin, left - margin : left + width + margin] = 255
    frame[top : top + height, left : left + width] = picture[..., None]
    return frame


def jpeg(frame: Image) -> bytes:
    """Return a frame as the bytes of a JPEG file."""
    good, data = cv2.imencode(".jpg", frame)
    assert good
    return data.tobytes()


def write_video(path: Path, frames: list[Image], fps: float = 30.0) -> Path:
    """Write an AVI of JPEG pictures, which says in its head how many it holds."""
    height, width = frames[0].shape[:2]
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), fourcc, fps, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path
