"""Operations that make a grey picture easier to decode."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from scanner.events import Corners
from scanner.picture import Image, as_image
from scanner.zxing import Placement

COVERED = 1.06
"""So much larger than a code is what covers it: its edge is known to a module or so."""


def enlarge(image: Image, factor: float) -> Image:
    """Return ``image`` with ``factor`` times as many pixels a side."""
    return as_image(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC))


def shrink(image: Image, factor: float) -> Image:
    """Return ``image`` with ``factor`` (below 1) times as many pixels a side, averaged."""
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return as_image(cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def sharpen(image: Image, sigma: float, amount: float) -> Image:
    """Undo soft focus: add ``amount`` times what a blur of ``sigma`` pixels takes away."""
    soft = cv2.GaussianBlur(image, (0, 0), sigma)
    return as_image(cv2.addWeighted(image, 1 + amount, soft, -amount, 0))


def sharpen_fast(image: Image, side: int, amount: float) -> Image:
    """As ``sharpen`` with a box of ``side`` pixels: rougher, and a third of the time."""
    soft = cv2.blur(image, (side, side))
    return as_image(cv2.addWeighted(image, 1 + amount, soft, -amount, 0))


def refocus(image: Image, sigma: float, noise: float) -> Image:
    """Undo a blur of ``sigma`` pixels by Wiener's filter.

    ``noise`` is the power of the noise as a share of that of the picture: smaller restores
    more and grains more.
    """
    margin = math.ceil(4 * sigma)
    height, width = (cv2.getOptimalDFTSize(side + 2 * margin) for side in image.shape)
    below, right = height - image.shape[0] - margin, width - image.shape[1] - margin
    # Reflected margins, since the transform treats the picture as periodic.
    tile = cv2.copyMakeBorder(image, margin, below, margin, right, cv2.BORDER_REFLECT)
    down = np.fft.fftfreq(height).astype(np.float32)[:, None]
    across = np.fft.rfftfreq(width).astype(np.float32)[None, :]
    blur = np.exp(-2 * (math.pi * sigma) ** 2 * (down**2 + across**2))
    spectrum = np.fft.rfft2(tile.astype(np.float32)) * (blur / (blur**2 + noise))
    sharp = np.fft.irfft2(spectrum, s=(height, width)).clip(0, 255).astype(np.uint8)
    return sharp[margin : margin + image.shape[0], margin : margin + image.shape[1]].copy()


def denoise(image: Image, side: int) -> Image:
    """Remove specks, halftone and moire with a median of ``side`` x ``side`` pixels (odd)."""
    return as_image(cv2.medianBlur(image, side))


def spread_contrast(image: Image) -> Image:
    """Stretch contrast in each region by itself."""
    return as_image(cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(image))


def level_light(image: Image) -> Image:
    """Divide by the brightness of the surroundings, which removes shadows and gradients."""
    side = max(3, max(image.shape) // 8) | 1
    surroundings = cv2.blur(image, (side, side))
    return as_image(cv2.divide(image, surroundings, scale=160))


def threshold(image: Image, share: float, offset: float) -> Image:
    """Make black and white by a local mean over ``share`` of the shorter side."""
    side = max(3, int(min(image.shape) * share)) | 1
    return as_image(
        cv2.adaptiveThreshold(
            image, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, side, offset
        )
    )


def turned_size(image: Image, degrees: float) -> tuple[int, int]:
    """Return width and height, in pixels, of what ``turn`` makes of ``image``."""
    height, width = image.shape[:2]
    cos, sin = (abs(f(math.radians(degrees))) for f in (math.cos, math.sin))
    return max(1, int(width * cos + height * sin)), max(1, int(width * sin + height * cos))


def turn(image: Image, degrees: float) -> tuple[Image, Placement]:
    """Return ``image`` turned counter-clockwise on white, grown to hold it, and its placement."""
    height, width = image.shape[:2]
    new_width, new_height = turned_size(image, degrees)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    matrix[:, 2] += ((new_width - width) / 2, (new_height - height) / 2)
    turned = cv2.warpAffine(
        image, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR, borderValue=255
    )
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    return as_image(turned), Placement(*(float(value) for value in back.ravel()))


def quarter_turn(image: Image) -> tuple[Image, Placement]:
    """Return ``image`` turned clockwise by 90 degrees, and its placement."""
    turned = as_image(cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE))
    return turned, Placement(xx=0, xy=1, x0=0, yx=-1, yy=0, y0=image.shape[0] - 1)


def cover(image: Image, places: Sequence[Corners]) -> Image:
    """Return a grey ``image`` with even grey over ``places`` (in pixels), slightly enlarged."""
    if not places:
        return image
    covered = image.copy()
    shade = float(image[::16, ::16].mean())
    for place in places:
        corners = np.array(place, np.float32)
        middle = corners.mean(axis=0)
        larger = middle + (corners - middle) * COVERED
        hull = cv2.convexHull(larger.round().astype(np.int32))
        cv2.fillConvexPoly(covered, hull, shade)
    return covered
