"""Cost of a 720p frame without a code: pyzbar, zxing-cpp, and this scanner's whole plan.

``python -m bench.frames [--samples DIR] [--rounds N] [--json FILE]`` prints a Markdown table.
This scanner is stated as the mean, over all steps of its plan, of the median per step, so the
costly steps count in full.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from pyzbar import pyzbar

from bench.figures import Metric, save
from bench.photos import ALL_FORMATS, SAMPLES, WITHOUT_CODE, photos_in
from scanner.decode import LiveDecoder
from scanner.demo_camera import GAP_S, DemoCamera
from scanner.picture import Image, as_image, load_picture

WIDTH, HEIGHT = 1280, 720
OURS, OURS_ALL = "this scanner, mean over its plan", "this scanner with all formats"
SMALLEST = 100
"""Pictures of fewer pixels a side than this make no frame."""

BAR, BAR_ALL = 10, 4
"""pyzbar must take at least this many times as long: with the default formats, and with all."""


def filling(image: Image) -> Image:
    """Return ``image`` scaled and cut to fill a frame."""
    height, width = image.shape[:2]
    scale = max(WIDTH / width, HEIGHT / height)
    size = (max(WIDTH, round(width * scale)), max(HEIGHT, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    larger = cv2.resize(image, size, interpolation=method)
    left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
    return as_image(np.ascontiguousarray(larger[top : top + HEIGHT, left : left + WIDTH]))


def frames_without_code(samples: Path) -> list[Image]:
    """Return the photos without a code as frames, and as many of an empty reception."""
    photos = [load_picture(p.path) for p in photos_in(samples) if p.group == WITHOUT_CODE]
    frames = [filling(photo) for photo in photos if min(photo.shape[:2]) >= SMALLEST]
    with tempfile.TemporaryDirectory() as folder:
        deck = Path(folder) / "deck.json"
        deck.write_text('{"title": "Club", "cards": [{"code": "x", "name": "Ada"}]}')
        camera = DemoCamera(deck, loop=False, fps=30)
    empty = np.linspace(0.0, GAP_S, len(frames), endpoint=False)
    return frames + [camera.render(float(at_s)) for at_s in empty]


def time_ms(work: Callable[[Image], object], frame: Image) -> float:
    """Return how long ``work`` takes over ``frame``, in milliseconds."""
    start_s = time.perf_counter()
    work(frame)
    return (time.perf_counter() - start_s) * 1000


def measure(frames: list[Image], rounds: int) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Return the median time of the rivals, and that of each step of our plans, in milliseconds.

    All take turns on each frame, so that a busy machine slows all of them. Each frame is
    decoded ``plan_length`` times in a row, so it meets every step.
    """
    qr = zxingcpp.barcode_formats_from_str("QRCode")
    rivals: dict[str, Callable[[Image], object]] = {
        "pyzbar.decode": pyzbar.decode,
        "zxing-cpp, all formats": zxingcpp.read_barcodes,
        "zxing-cpp, QR only": lambda frame: zxingcpp.read_barcodes(frame, formats=qr),
    }
    decoders = {OURS: LiveDecoder(), OURS_ALL: LiveDecoder(ALL_FORMATS)}
    times: dict[str, list[float]] = {name: [] for name in rivals}
    plans: dict[str, list[list[float]]] = {
        name: [[] for _ in range(decoder.plan_length)] for name, decoder in decoders.items()
    }
    for frame in frames * rounds:
        for name, rival in rivals.items():
            times[name].append(time_ms(rival, frame))
        for name, decoder in decoders.items():
            work = partial(expect_nothing, decoder)
            for step in plans[name]:
                step.append(time_ms(work, frame))
    medians = {name: float(np.median(values)) for name, values in times.items()}
    steps = {name: [float(np.median(step)) for step in plan] for name, plan in plans.items()}
    return medians, steps


def expect_nothing(decoder: LiveDecoder, frame: Image) -> None:
    """Decode ``frame``. Raises AssertionError when a code is read where none is."""
    codes = decoder.decode(frame)
    if codes:
        raise AssertionError(f"a frame without a code gave {codes}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, default=SAMPLES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    frames = frames_without_code(options.samples)
    figures, plans = measure(frames, options.rounds)
    figures |= {name: float(np.mean(steps)) for name, steps in plans.items()}
    print(f"{len(frames)} frames of {WIDTH}x{HEIGHT} without a code\n")
    print("| decoder | p50 per frame | pyzbar takes |")
    print("|---|---|---|")
    for name, ms in figures.items():
        print(f"| {name} | {ms:.2f} ms | {figures['pyzbar.decode'] / ms:.1f} x as long |")
    ratios = {name: figures["pyzbar.decode"] / figures[name] for name in plans}
    for (name, ratio), bar in zip(ratios.items(), (BAR, BAR_ALL), strict=True):
        steps, reached = plans[name], "Reached" if ratio >= bar else "NOT REACHED"
        print(
            f"\n{name}, plan of {len(steps)} steps: {min(steps):.2f} to {max(steps):.2f} ms each. "
            f"Bar: at least {bar} x. {reached}: {ratio:.1f} x."
        )
    metrics = {
        "mean over the plan": Metric(figures[OURS], "ms"),
        "pyzbar ratio": Metric(ratios[OURS], "times faster", "higher"),
        "mean over the plan, all formats": Metric(figures[OURS_ALL], "ms"),
        "pyzbar ratio, all formats": Metric(ratios[OURS_ALL], "times faster", "higher"),
    }
    save(options.json, metrics, p50_ms=figures, plan_steps_ms=plans)


if __name__ == "__main__":
    main()
