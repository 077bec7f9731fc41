"""Surroundings of the cards of the demo camera: a reception, glare, sensor noise."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scanner.picture import Image, as_image

WIDTH, HEIGHT = 1280, 720
NOISE_SIGMA = 2.6
"""Standard deviation of the sensor noise, in grey levels."""

NOISE_SPARE = 64
"""Pixels by which the noise exceeds a frame, so that each frame uses another part of it."""

Matrix = npt.NDArray[np.float64]


def reception(random: np.random.Generator) -> Image:
    """Return an empty reception seen by a desk camera, 1280x720 BGR, softly out of focus."""
    rows = np.linspace(0.0, 1.0, HEIGHT)[:, None, None]
    top, bottom = np.array([206.0, 212.0, 214.0]), np.array([170.0, 182.0, 190.0])
    scene = np.broadcast_to(top * (1 - rows) + bottom * rows, (HEIGHT, WIDTH, 3)).copy()
    cv2.rectangle(scene, (90, 60), (430, 420), (226, 228, 226), -1)
    cv2.rectangle(scene, (112, 82), (408, 398), (238, 240, 236), -1)
    cv2.rectangle(scene, (880, 0), (1120, 560), (158, 170, 180), -1)
    cv2.rectangle(scene, (902, 20), (1098, 560), (176, 186, 194), -1)
    for _ in range(26):
        x, y = random.normal(700, 46), random.normal(300, 64)
        tone = random.uniform(0.75, 1.1)
        leaf = (int(random.uniform(22, 54)), int(random.uniform(9, 18)))
        colour = (96 * tone, 132 * tone, 104 * tone)
        angle = random.uniform(0, 180)
        cv2.ellipse(scene, (int(x), int(y)), leaf, angle, 0, 360, colour, -1)
    cv2.rectangle(scene, (660, 400), (744, 500), (150, 160, 176), -1)
    cv2.rectangle(scene, (0, 520), (WIDTH, HEIGHT), (104, 132, 160), -1)
    cv2.rectangle(scene, (0, 520), (WIDTH, 536), (126, 152, 178), -1)
    # At a quarter of the size a wide blur costs a sixteenth, with no visible difference.
    small = cv2.resize(scene, (WIDTH // 4, HEIGHT // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 13 / 4)
    blurred = np.asarray(cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))
    columns = np.linspace(-1.0, 1.0, WIDTH)[None, :, None]
    shade = 1.0 - 0.16 * columns**2 - 0.14 * (2 * rows - 1) ** 2
    return as_image(np.clip(blurred * shade, 0, 255).astype(np.uint8))


def glare_spot(side: int) -> Image:
    """Return a soft round light of ``side`` x ``side`` pixels, BGR, to be added to a frame."""
    axis = np.linspace(-1.0, 1.0, side)
    distance = axis[:, None] ** 2 + axis[None, :] ** 2
    light = np.clip(170.0 * np.exp(-4.5 * distance) - 2.0, 0, 255)
    return as_image(np.repeat(light[..., None], 3, axis=2).astype(np.uint8))


class SensorNoise:
    """Noise of a camera sensor: each frame gets another part of one precomputed picture."""

    def __init__(self, random: np.random.Generator) -> None:
        """Precompute by how much each pixel gets brighter and darker."""
        shape = (HEIGHT + NOISE_SPARE, WIDTH + NOISE_SPARE, 3)
        noise = random.normal(0.0, NOISE_SIGMA, shape).round()
        self._brighter = noise.clip(0, 255).astype(np.uint8)
        self._darker = (-noise).clip(0, 255).astype(np.uint8)

    def add_to(self, frame: Image, random: np.random.Generator) -> None:
        """Add noise to a 1280x720 frame in place."""
        top, left = random.integers(0, NOISE_SPARE, 2)
        cut = np.s_[top : top + HEIGHT, left : left + WIDTH]
        cv2.add(frame, self._brighter[cut], dst=frame)
        cv2.subtract(frame, self._darker[cut], dst=frame)


@dataclass(frozen=True, slots=True)
class Pose:
    """How a phone is held: the position of its middle in pixels, its scale, turn and tilt.

    ``turn`` is in degrees; ``tilt_x`` and ``tilt_y`` are how much narrower the far edge is.
    ``blur`` is how many pixels it moves during the exposure.
    """

    x: float
    y: float
    scale: float
    turn: float
    tilt_x: float
    tilt_y: float
    blur: float


def projection(pose: Pose, width: int, height: int) -> Matrix:
    """Return the 3x3 matrix from a ``width`` x ``height`` picture to the frame."""
    half_w, half_h = width / 2 * pose.scale, height / 2 * pose.scale
    near, far = 1 + pose.tilt_x, 1 - pose.tilt_x
    left, right = 1 + pose.tilt_y, 1 - pose.tilt_y
    corners = np.array(
        [
            [-half_w * far, -half_h * left],
            [half_w * far, -half_h * right],
            [half_w * near, half_h * right],
            [-half_w * near, half_h * left],
        ]
    )
    angle = np.deg2rad(pose.turn)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    target = corners @ rotation + (pose.x, pose.y)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    return np.asarray(matrix, np.float64)


def place(frame: Image, phone: Image, mask: Image, pose: Pose, glare: Image) -> None:
    """Draw ``phone``, with the reflection of a lamp in its glass, onto ``frame`` in place.

    Only the rectangle that the phone covers is changed.
    """
    height, width = phone.shape[:2]
    matrix = projection(pose, width, height)
    outline = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    points = cv2.perspectiveTransform(outline, matrix)[0]
    left, top = np.clip(np.floor(points.min(axis=0)), 0, (WIDTH, HEIGHT)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0)), 0, (WIDTH, HEIGHT)).astype(int)
    if right - left < 2 or bottom - top < 2:
        return
    shifted = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64) @ matrix
    size = (int(right - left), int(bottom - top))
    warped = as_image(cv2.warpPerspective(phone, shifted, size, flags=cv2.INTER_LINEAR))
    cover = cv2.warpPerspective(mask, shifted, size, flags=cv2.INTER_LINEAR)
    area = frame[top:bottom, left:right]
    if pose.blur >= 1.5:
        # A blurred mask would leave a halo; a moving edge may be sharp for two frames.
        warped = as_image(cv2.blur(warped, (1, round(pose.blur))))
    _add_glare(warped, glare, round(pose.x - left + 3 * pose.turn), round(pose.y - top - 300))
    cv2.copyTo(warped, (cover > 127).astype(np.uint8), area)


def _add_glare(area: Image, glare: Image, left: int, top: int) -> None:
    """Add ``glare`` to ``area`` in place, saturated like a sensor and cut at the edges."""
    down, right = max(0, -top), max(0, -left)
    part = area[max(0, top) : max(0, top + len(glare)), max(0, left) : max(0, left + len(glare))]
    spot = glare[down : down + part.shape[0], right : right + part.shape[1]]
    part = part[: spot.shape[0], : spot.shape[1]]
    if part.size:
        part[:] = cv2.add(part, spot)
