"""Films of cards held to a camera, made at test time."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import qrcode

Frame = npt.NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 1280, 720, 30


def scene() -> Frame:
    """A desk without a card: soft gradients, the same in every film."""
    across = np.linspace(60, 140, WIDTH)[None, :]
    down = np.linspace(0, 40, HEIGHT)[:, None]
    grey = across + down
    return np.dstack([grey, grey * 0.95, grey * 0.9]).astype(np.uint8)


def qr_frame(data: str | bytes, *, side: int = 420, left: int = 420, top: int = 140) -> Frame:
    """The scene with a card that carries ``data`` as a QR code."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_L)
    code.add_data(data, optimize=0)
    code.make(fit=True)
    modules = np.array(code.get_matrix())
    picture = np.where(modules, 0, 255).astype(np.uint8)
    factor = max(1, side // len(modules))
    large = np.kron(picture, np.ones((factor, factor), dtype=np.uint8))
    frame = scene()
    high, wide = large.shape
    frame[top : top + high, left : left + wide] = large[:, :, None]
    return frame


def write_film(path: Path, parts: Sequence[tuple[Frame, float]], *, seed: int = 1) -> Path:
    """Write a film: each picture for its seconds, with sensor noise."""
    noise = _noise(seed)
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    number = 0
    for picture, seconds in parts:
        noisy = [cv2.add(picture, each, dtype=cv2.CV_8U) for each in noise]
        for _ in range(round(seconds * FPS)):
            film.write(noisy[number % len(noisy)])
            number += 1
    film.release()
    return path


@cache
def _noise(seed: int) -> list[npt.NDArray[np.int16]]:
    """What a sensor adds to a few pictures, the same in all colours."""
    drawn = np.random.default_rng(seed).normal(0, 2, (4, HEIGHT, WIDTH, 1))
    return list(np.repeat(drawn.round().astype(np.int16), 3, axis=3))


def cards(
    path: Path, *codes: str | bytes, lead_s: float = 0.2, seen_s: float = 0.4, gap_s: float = 0.7
) -> Path:
    """A film of one card after the other, with hands off before and behind each."""
    parts = [(scene(), lead_s)]
    for code in codes:
        parts += [(qr_frame(code), seen_s), (scene(), gap_s)]
    return write_film(path, parts)
