"""Scenes of a reception desk in which a card is hard to read, drawn as a camera would send them.

A scene is one card in front of a camera: the same picture in every frame, with fresh noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scanner.demo_card import code_picture
from scanner.picture import Image, as_image

WIDTH, HEIGHT = 1280, 720
WALL = 150.0
POSTER = "WIFI:T:WPA;S:Lakeside Guest;P:welcome2026;;"

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
