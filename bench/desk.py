"""Parts that the benchmarks of the whole desk share: films, a seeded club, kiosk processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import qrcode

from scanner.demo_camera import GAP_S, SHOWN_S, DemoCamera
from scanner.picture import Image, as_image

ROOT = Path(__file__).parent.parent
WIDTH, HEIGHT, FPS = 1280, 720, 30


def card_frame(code: str, number: int) -> Image:
    """A 720p frame with a phone-sized QR code, placed a little differently for each number."""
    drawn = qrcode.QRCode(border=4)
    drawn.add_data(code)
    drawn.make(fit=True)
    modules = np.where(np.array(drawn.get_matrix()), 30, 235).astype(np.uint8)
    side = 330 + number % 5 * 25
    flat = cv2.resize(modules, (side, side), interpolation=cv2.INTER_NEAREST)
    lean = 12 + number % 3 * 8
    left, top = 350 + number % 7 * 50, 120 + number % 4 * 40
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype=np.float32)
    tilt = np.array([[0, lean], [-lean, 0], [0, -lean], [lean, 0]])
    seen = corners + np.array([left, top]) + tilt
    turn = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    grey: Image = desk_frame()[:, :, 0].copy()
    cv2.warpPerspective(flat, turn, (WIDTH, HEIGHT), dst=grey, borderMode=cv2.BORDER_TRANSPARENT)
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    return as_image(np.dstack([soft, soft, soft]))


def desk_frame() -> Image:
    """A 720p frame of an empty desk."""
    across = np.linspace(70, 150, WIDTH)[None, :] + np.linspace(0, 40, HEIGHT)[:, None]
    return as_image(np.dstack([across, across, across]).astype(np.uint8))


def noisy(frame: Image, noise: np.ndarray[Any, Any]) -> Image:
    """The frame with sensor noise."""
    return as_image(np.clip(frame.astype(np.int16) + noise, 0, 255).astype(np.uint8))


def noises(count: int = 8) -> list[np.ndarray[Any, Any]]:
    """Sensor noise for a few frames, to be repeated."""
    source = np.random.default_rng(7)
    return [source.normal(0, 2.5, (HEIGHT, WIDTH, 1)).astype(np.int16) for _ in range(count)]


def write_film(path: Path, codes: list[str], *, lead_s: float, seen_s: float, gap_s: float) -> None:
    """A film at 30 frames a second: an empty desk, then each card for a moment."""
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    grain = noises()
    empty = desk_frame()
    number = 0

    def add(frame: Image, seconds: float) -> None:
        nonlocal number
        for _ in range(round(seconds * FPS)):
            film.write(noisy(frame, grain[number % len(grain)]))
            number += 1

    add(empty, lead_s)
    for index, code in enumerate(codes):
        add(card_frame(code, index), seen_s)
        add(empty, gap_s)
    film.release()


def write_demo_film(path: Path, codes: list[str], *, lead_s: float) -> None:
    """A film of the demo camera: phones moving into view, blur, glare, noise, hands off.

    Nothing moves for ``lead_s`` seconds at first, so that a kiosk has time to start.
    """
    cards = [{"code": code, "name": f"Member {number}"} for number, code in enumerate(codes)]
    deck = path.with_suffix(".json")
    deck.write_text(json.dumps({"title": "Bench Club", "cards": cards}), encoding="utf-8")
    camera = DemoCamera(deck, loop=False, fps=FPS)
    film = cv2.VideoWriter(
        str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT),
        [cv2.VIDEOWRITER_PROP_QUALITY, 95],
    )  # fmt: skip
    for number in range(round(lead_s * FPS)):
        film.write(camera.render(number % 10 / FPS))
    for number in range(round(len(codes) * (GAP_S + SHOWN_S) * FPS)):
        film.write(camera.render(number / FPS))
    film.release()


@contextmanager
def demo_service(data_dir: Path) -> Iterator[tuple[str, str]]:
    """A service process of the demo club. Gives its address and key."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "serve", "--embedded", "--demo", "--port", "0",
         "--data-dir", str(data_dir)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())
    if said["event"] != "ready":
        raise RuntimeError(said["message"])
    try:
        yield said["url"], said["key"]
    finally:
        process.stdin.close()
        process.wait(10)


def qr_codes(data_dir: Path) -> list[str]:
    """The QR codes of the demo club's deck."""
    deck = json.loads((data_dir / "demo-deck.json").read_text(encoding="utf-8"))
    return [card["code"] for card in deck["cards"] if card["format"] == "QRCode"]


def start_kiosk(
    data_dir: Path, film: Path, trace: Path, *, loop: bool = False
) -> subprocess.Popen[bytes]:
    """A kiosk process with an embedded service, offscreen, that ends with the film or loops it."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    ending = [] if loop else ["--exit-after-source"]
    return subprocess.Popen(
        [sys.executable, str(ROOT / "main.py"), "kiosk", "--camera", str(film), "--data-dir",
         str(data_dir), "--trace", str(trace), *ending],
        env=environment, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def events(trace: Path) -> list[dict[str, Any]]:
    """The events of a trace file."""
    return [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]


def percentile(values: list[float], percent: float) -> float:
    """The percentile of ``values``, between neighbours."""
    return float(np.percentile(values, percent))
