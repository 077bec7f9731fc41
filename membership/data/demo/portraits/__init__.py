"""Portraits of the demo people: drawn, not photographed, and the same every time."""

from membership.data.demo.portraits.back_hair import paint_back_hair
from membership.data.demo.portraits.canvas import Canvas, colour, mix
from membership.data.demo.portraits.clothes import paint_clothes
from membership.data.demo.portraits.face import paint_beard, paint_face, paint_head, paint_neck
from membership.data.demo.portraits.hair import paint_front_hair
from membership.data.demo.portraits.look import (
    Beard,
    Clothes,
    Dye,
    Ground,
    Hair,
    HairColour,
    Look,
    Skin,
)

__all__ = [
    "Beard",
    "Clothes",
    "Dye",
    "Ground",
    "Hair",
    "HairColour",
    "Look",
    "Skin",
    "portrait",
]


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
