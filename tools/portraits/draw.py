"""Draws one portrait from its look, and writes all of them."""

from pathlib import Path

from tools.portraits.back_hair import paint_back_hair
from tools.portraits.canvas import Canvas, colour, mix
from tools.portraits.clothes import paint_clothes
from tools.portraits.face import paint_beard, paint_face, paint_head, paint_neck
from tools.portraits.hair import paint_front_hair
from tools.portraits.look import Look
from tools.portraits.people import LOOKS


def portrait(look: Look) -> bytes:
    """Return a JPEG of 256 x 256 pixels, at most 12 KB, that depends on ``look`` alone."""
    ground = colour(look.ground.value)
    canvas = Canvas(ground)
    canvas.oval((128, 146), (108, 108), mix(ground, (255, 255, 255), 0.38))
    paint_back_hair(canvas, look)
    paint_neck(canvas, look)
    paint_clothes(canvas, look)
    paint_head(canvas, look)
    paint_beard(canvas, look)
    paint_face(canvas, look)
    paint_front_hair(canvas, look)
    return canvas.jpeg()


def write_portraits(folder: Path) -> None:
    """Write the portrait of each person of the demo club as ``folder/<name>.jpg``.

    Files of people who are no longer in the club are removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in {path.stem for path in folder.glob("*.jpg")} - set(LOOKS):
        (folder / f"{stale}.jpg").unlink()
    for name, look in LOOKS.items():
        (folder / f"{name}.jpg").write_bytes(portrait(look))
