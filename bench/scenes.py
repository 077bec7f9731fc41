"""Scenes of a reception desk in which a card is hard to read, drawn as a camera would send them.

A scene is one card in front of a camera: the same picture in every frame, with fresh noise.
``python -m bench.scenes [--json FILE]`` prints how many cards are read within 24 frames, by this
scanner and by plain loops, and by how many frames later than zxing-cpp in the median.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp
from pyzbar import pyzbar

from bench.figures import Metric, save
from bench.photos import ALL_FORMATS, OURS, OURS_ALL
from scanner.decode import LiveDecoder
from scanner.demo_card import code_picture
from scanner.picture import Image, as_image

WIDTH, HEIGHT = 1280, 720
WALL = 150.0
POSTER = "WIFI:T:WPA;S:Lakeside Guest;P:welcome2026;;"

Reader = Callable[[Image], set[str]]
"""Returns the texts that it reads in a frame."""

Canvas = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Thing:
    """A code on paper or a screen: ``module`` in pixels, ``middle`` of it, turned by ``degrees``.

    ``slant`` is by how much of its width the far side is shorter, ``dark`` is light on dark.
    """

    text: str
    code_format: str = "QRCode"
    module: float = 5.0
    middle: tuple[float, float] = (560.0, 380.0)
    degrees: float = 4.0
    slant: float = 0.0
    dark: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Things before a wall, and what light and camera do to them.

    ``gain`` is the light, 1 a well-lit room; ``noise`` is in grey levels; ``motion`` and ``soft``
    are in pixels; ``glare`` is a lamp's reflection of so many grey levels on the first thing.
    """

    things: tuple[Thing, ...]
    gain: float = 1.0
    noise: float = 3.0
    motion: int = 0
    soft: float = 0.6
    glare: float = 0.0

    def frames(self, count: int, seed: int = 0) -> Iterator[Image]:
        """Yield ``count`` frames, BGR."""
        chance = np.random.default_rng(seed)
        still = self._still()
        for _ in range(count):
            noisy = still + chance.normal(0, self.noise, still.shape).astype(np.float32)
            grey = as_image(noisy.clip(0, 255).astype(np.uint8))
            yield as_image(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))

    def _still(self) -> Canvas:
        canvas = np.full((HEIGHT, WIDTH), WALL, np.float32)
        canvas += np.linspace(-20, 20, WIDTH, dtype=np.float32)[None, :]
        for thing in self.things:
            canvas = _with(canvas, thing)
        if self.glare:
            x, y = self.things[0].middle
            down, across = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
            away = ((across - x - 30) / 90) ** 2 + ((down - y + 25) / 45) ** 2
            canvas = canvas + self.glare * np.exp(-away)
        if self.motion:
            row = np.full((1, self.motion), 1 / self.motion, np.float32)
            canvas = np.asarray(cv2.filter2D(canvas, -1, row), np.float32)
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), self.soft), np.float32)
        return np.asarray(canvas * self.gain, np.float32)


def _with(canvas: Canvas, thing: Thing) -> Canvas:
    """Return ``canvas`` with a thing in front."""
    scale = 4
    code = code_picture(thing.text, thing.code_format, scale)
    if code.shape[0] < 40:
        code = np.repeat(code, 24 * scale, axis=0)
    picture = np.pad(code, 4 * scale, constant_values=255).astype(np.float32)
    picture = 20 + picture * (220 / 255)
    if thing.dark:
        picture = 260 - picture
    height, width = picture.shape
    size = thing.module / scale
    radians = np.deg2rad(thing.degrees)
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    short = thing.slant / 2
    corners = np.array([[-0.5, -0.5 + short], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5 - short]])
    placed = (corners * [width * size, height * size]) @ turn.T + np.array(thing.middle)
    before = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(before, placed.astype(np.float32))
    # Averaged first: a warp alone would skip pixels, as no lens does.
    smooth = cv2.GaussianBlur(picture, (0, 0), max(0.01, 0.4 / size))
    there = (WIDTH, HEIGHT)
    mask = cv2.warpPerspective(np.ones_like(picture), matrix, there)
    drawn = cv2.warpPerspective(smooth, matrix, there, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(canvas * (1 - mask) + drawn * mask, np.float32)


CARDS = tuple(f"MC1{number:02d}KP1YYZWE81YH7G7E9P2RJX{number}" for number in range(4))
OTHERS = (
    ("Code39", "FOB-7712", 2.0),
    ("Codabar", "A771234B", 2.5),
    ("ITF", "77123456", 2.5),
    ("EAN8", "96385074", 2.5),
    ("DataMatrix", CARDS[0], 5.0),
)
OTHER_FORMATS = "other formats"
"""A scene that is read with all formats only."""

SIDES = (("Code128", "C-000123"), ("EAN13", "5901234123457"), ("Code128", "FOB-77120"))
WITHIN, MOST_LATER = 24, 2


def _scenes() -> dict[str, list[Scene]]:
    poster = Thing(POSTER, module=4, middle=(1090, 180), degrees=0)
    dark = [Thing(card, module=2.5 + n, dark=True) for n, card in enumerate(CARDS)]
    plain = [Thing(card, module=5) for card in CARDS]
    return {
        "perspective": [Scene((replace(t, slant=0.1 + 0.1 * n),)) for n, t in enumerate(plain)],
        "dark mode": [Scene((thing,)) for thing in dark],
        "low light": [Scene((t,), gain=0.1 + 0.02 * n, noise=9) for n, t in enumerate(plain)],
        "poster in view": [Scene((t, poster)) for t in (*dark[1:], replace(plain[0], module=2.5))],
        "glare": [Scene((t,), glare=60.0 + 40 * n) for n, t in enumerate(plain)],
        "motion": [Scene((t,), motion=3 + 2 * n) for n, t in enumerate(plain)],
        "small modules": [
            Scene((replace(t, module=1.6 + 0.3 * n),), soft=0.5) for n, t in enumerate(plain)
        ],
        OTHER_FORMATS: [Scene((Thing(text, name, size),)) for name, text, size in OTHERS],
        "1D on its side": [Scene((Thing(text, name, 2.5, degrees=90),)) for name, text in SIDES],
    }


def by_us(*formats: str) -> Reader:
    """This scanner, a decoder for each film; without ``formats`` with the default ones."""
    decoder = LiveDecoder(formats) if formats else LiveDecoder()
    return lambda frame: {code.text for code in decoder.decode(frame)}


def by_zxing() -> Reader:
    """A plain loop of zxing-cpp: all formats, all tries."""
    return lambda frame: {code.text for code in zxingcpp.read_barcodes(frame)}


def by_pyzbar() -> Reader:
    """A plain loop of pyzbar: all formats."""
    return lambda frame: {code.data.decode("utf-8", "replace") for code in pyzbar.decode(frame)}


READERS: dict[str, Callable[[], Reader]] = {
    "zxing-cpp": by_zxing,
    "pyzbar": by_pyzbar,
    OURS: by_us,
    OURS_ALL: partial(by_us, *ALL_FORMATS),
}


def first_frames(scene: Scene) -> dict[str, int | None]:
    """Return in which frame each reader first reads the card, None if in none of ``WITHIN``."""
    wanted = scene.things[0].text
    found: dict[str, int | None] = {}
    for name, reader in READERS.items():
        read = reader()
        numbered = enumerate(scene.frames(WITHIN))
        found[name] = next((number for number, frame in numbered if wanted in read(frame)), None)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    metrics: dict[str, Metric] = {}
    late_heads = " | ".join(f"frames later than zxing-cpp: {ours}" for ours in (OURS, OURS_ALL))
    print("| scene | cards | " + " | ".join(READERS) + f" | either | {late_heads} |")
    print("|---|---|" + "---|" * (len(READERS) + 3))
    short: list[str] = []
    for name, scenes in _scenes().items():
        found = [first_frames(scene) for scene in scenes]
        counts = {each: sum(row[each] is not None for row in found) for each in READERS}
        either = sum(row["zxing-cpp"] is not None or row["pyzbar"] is not None for row in found)
        late = {ours: median_delay(found, ours) for ours in (OURS, OURS_ALL)}
        shown = ["-" if late[ours] is None else f"{late[ours]:g}" for ours in late]
        cells = " | ".join(str(counts[each]) for each in READERS)
        print(f"| {name} | {len(scenes)} | {cells} | {either} | {' | '.join(shown)} |")
        for ours, suffix in ((OURS, ""), (OURS_ALL, ", all formats")):
            metrics[name + suffix] = Metric(counts[ours], f"of {len(scenes)}", "higher")
            expected = ours == OURS_ALL or name != OTHER_FORMATS
            if expected and (counts[ours] < either or (late[ours] or 0) > MOST_LATER):
                short.append(f"{name} ({ours})")
    reached = f"NOT REACHED: {', '.join(short)}" if short else "Reached in every scene"
    print(
        f"\nBar: all that either of the plain loops reads, and at most {MOST_LATER} frames later "
        f"than zxing-cpp in the median. {reached}."
    )
    save(options.json, metrics)


def median_delay(found: list[dict[str, int | None]], ours: str) -> float | None:
    """Return by how many frames ``ours`` is later than zxing-cpp; None if both read no card."""
    both = [(row[ours], row["zxing-cpp"]) for row in found]
    late = [us - them for us, them in both if us is not None and them is not None]
    return float(np.median(late)) if late else None


if __name__ == "__main__":
    main()
