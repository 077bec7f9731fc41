"""Hair that hangs or stands behind head and neck, and the tones of all hair."""

from collections.abc import Callable
from math import cos, pi, sin

from tools.portraits.canvas import (
    Canvas,
    Colour,
    Point,
    colour,
    mirrored,
    mix,
)
from tools.portraits.look import Hair, Look

_BLACK: Colour = (18, 12, 18)
_WHITE: Colour = (255, 255, 255)


def tone(look: Look) -> Colour:
    """Return the colour of the hair."""
    return colour(look.hair_colour.value)


def shadow(look: Look) -> Colour:
    """Return the colour of hair that lies behind."""
    return mix(tone(look), _BLACK, 0.28)


def shine(look: Look) -> Colour:
    """Return the colour of hair in the light."""
    return mix(tone(look), _WHITE, 0.16)


def ring_of_puffs(
    centre: Point, radius: Point, puffs: int, size: float, arc: Point
) -> list[list[float]]:
    """Return ``puffs`` circles (x, y, r) along an arc given in half turns, 0 being right."""
    (x, y), (rx, ry) = centre, radius
    angles = [pi * (arc[0] + (arc[1] - arc[0]) * n / (puffs - 1)) for n in range(puffs)]
    return [[x + rx * cos(angle), y - ry * sin(angle), size] for angle in angles]


def paint_back_hair(canvas: Canvas, look: Look) -> None:
    """Paint what is seen behind head and neck; most styles show nothing there."""
    painter = _BACK.get(look.hair)
    if painter is not None:
        painter(canvas, look)


def _long(canvas: Canvas, look: Look) -> None:
    sides: list[Point] = [(128, 46), (164, 54), (182, 88), (186, 140), (190, 196), (184, 216)]
    canvas.blob(mirrored([*sides, (128, 218)]), shadow(look))


def _waves(canvas: Canvas, look: Look) -> None:
    wave: list[Point] = [(128, 44), (164, 50), (186, 80), (184, 112), (196, 138), (188, 164)]
    canvas.blob(mirrored([*wave, (200, 190), (188, 216), (160, 222), (128, 216)]), shadow(look))


def _bob(canvas: Canvas, look: Look) -> None:
    sides: list[Point] = [(128, 46), (164, 54), (183, 86), (187, 134), (184, 168), (158, 176)]
    canvas.blob(mirrored([*sides, (128, 174)]), shadow(look))


def _ponytail(canvas: Canvas, look: Look) -> None:
    tail: list[Point] = [(166, 66), (194, 70), (208, 104), (204, 150), (190, 188), (184, 150)]
    canvas.blob([*tail, (176, 104)], shadow(look))


def _bun(canvas: Canvas, look: Look) -> None:
    canvas.oval((128, 42), (24, 21), shadow(look))
    canvas.oval((125, 39), (20, 16), tone(look))


def _afro(canvas: Canvas, look: Look) -> None:
    canvas.oval((128, 92), (66, 62), tone(look))
    for x, y, r in ring_of_puffs((128, 92), (58, 54), 17, 13, (-0.22, 1.22)):
        canvas.oval((x, y), (r, r), tone(look))


def _braids(canvas: Canvas, look: Look) -> None:
    for x, bottom in ((78, 214), (90, 204), (166, 204), (178, 214)):
        lean = (x - 128) * 0.08
        canvas.stroke([(x, 84), (x + lean, 150), (x, bottom)], shadow(look), 12)
        for y in range(126, bottom, 13):
            canvas.oval((x + lean * 0.6, y), (7.4, 7), tone(look))


def _hijab(canvas: Canvas, look: Look) -> None:
    shawl: list[Point] = [(128, 42), (166, 52), (184, 92), (184, 150), (204, 204), (214, 262)]
    cloth = mix(colour(look.cloth.value), _BLACK, 0.16)
    canvas.blob(mirrored([*shawl, (128, 270)]), cloth)


_BACK: dict[Hair, Callable[[Canvas, Look], None]] = {
    Hair.LONG: _long,
    Hair.WAVES: _waves,
    Hair.BOB: _bob,
    Hair.FRINGE: _bob,
    Hair.PONYTAIL: _ponytail,
    Hair.BUN: _bun,
    Hair.AFRO: _afro,
    Hair.BRAIDS: _braids,
    Hair.HIJAB: _hijab,
}
