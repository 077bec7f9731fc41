"""Shoulders and what is worn on them."""

from collections.abc import Callable

from tools.portraits.canvas import (
    Canvas,
    Colour,
    Point,
    colour,
    flipped,
    mirrored,
    mix,
)
from tools.portraits.face import NECK, UNDER_CHIN, shade_of, skin_of
from tools.portraits.look import Clothes, Dye, Look

BODY: list[Point] = mirrored(
    [(128, 190), (150, 190), (178, 201), (206, 214), (220, 234), (226, 264), (128, 276)]
)
_BLACK: Colour = (22, 20, 30)
_WHITE: Colour = (255, 255, 255)


def _darker(fill: Colour) -> Colour:
    return mix(fill, _BLACK, 0.2)


def _lighter(fill: Colour) -> Colour:
    return mix(fill, _WHITE, 0.28)


def paint_clothes(canvas: Canvas, look: Look) -> None:
    """Paint the shoulders and the clothes of ``look``; the neck is painted before."""
    fill = colour(look.dye.value)
    if look.clothes is Clothes.HOODIE:
        hood = mirrored([(128, 176), (152, 172), (172, 184), (176, 206), (128, 216)])
        canvas.blob(hood, _darker(fill))
        canvas.oval((128, 190), (25, 17), skin_of(look))
    if look.clothes is not Clothes.TANK:
        canvas.blob(BODY, fill)
        arm = [(190, 264), (192, 244), (199, 228), (226, 226), (236, 264)]
        clip = canvas.mask(BODY)
        canvas.blob(arm, _darker(fill), opacity=0.45, clip=clip)
        canvas.blob(flipped(arm), _darker(fill), opacity=0.45, clip=clip)
    _PAINTERS[look.clothes](canvas, look, fill)


def _opening(canvas: Canvas, look: Look, outline: list[Point]) -> None:
    """Show the skin of the neck through an opening, shaded below the chin."""
    canvas.blob(outline, skin_of(look))
    canvas.blob(UNDER_CHIN, shade_of(look), clip=canvas.mask(NECK))


def _tee(canvas: Canvas, look: Look, fill: Colour) -> None:
    canvas.blob(
        mirrored([(128, 184), (154, 184), (152, 196), (140, 208), (128, 211)]), _darker(fill)
    )
    _opening(canvas, look, mirrored([(128, 176), (149, 180), (147, 194), (138, 203), (128, 205)]))


def _stripes(canvas: Canvas, look: Look, fill: Colour) -> None:
    clip = canvas.mask(BODY)
    band = colour(Dye.CHALK.value) if look.dye is not Dye.CHALK else colour(Dye.NAVY.value)
    for y in range(206, 262, 16):
        canvas.polygon([(20, y), (236, y), (236, y + 7), (20, y + 7)], band, clip=clip)
    _tee(canvas, look, fill)


def _vneck(canvas: Canvas, look: Look, fill: Colour) -> None:
    edge = mirrored([(128, 180), (156, 184), (153, 199), (128, 231)])
    canvas.polygon(edge, _darker(fill))
    canvas.polygon(mirrored([(128, 176), (149, 180), (146, 197), (128, 222)]), skin_of(look))
    _opening(canvas, look, mirrored([(128, 172), (148, 178), (145, 190), (128, 200)]))


def _shirt(canvas: Canvas, look: Look, fill: Colour) -> None:
    canvas.polygon(mirrored([(128, 176), (149, 180), (145, 200), (128, 216)]), skin_of(look))
    _opening(canvas, look, mirrored([(128, 172), (148, 178), (144, 190), (128, 200)]))
    collar = [(149, 181), (158, 188), (156, 212), (142, 222), (128, 214), (143, 204)]
    for side in (collar, flipped(collar)):
        canvas.polygon(side, _lighter(fill) if look.dye is not Dye.CHALK else _WHITE)
    canvas.stroke([(128, 216), (128, 262)], _darker(fill), 2.2)
    for y in (228, 246):
        canvas.oval((133, y), (2.4, 2.4), _darker(fill))


def _hoodie(canvas: Canvas, look: Look, fill: Colour) -> None:
    collar = mirrored([(128, 190), (152, 184), (166, 190), (160, 206), (142, 216), (128, 218)])
    canvas.blob(collar, _lighter(fill))
    _opening(canvas, look, mirrored([(128, 176), (149, 180), (147, 194), (138, 203), (128, 205)]))
    for cord in ([(143, 210), (145, 224), (144, 238)], [(113, 210), (111, 224), (112, 234)]):
        canvas.stroke([(x, y) for x, y in cord], mix(fill, _WHITE, 0.75), 3.2)


def _blazer(canvas: Canvas, look: Look, fill: Colour) -> None:
    inner = colour(Dye.CHALK.value) if look.dye is not Dye.CHALK else colour(Dye.SKY.value)
    canvas.polygon(mirrored([(128, 186), (151, 185), (150, 214), (128, 258)]), inner)
    canvas.polygon(mirrored([(128, 176), (149, 180), (143, 194), (128, 209)]), skin_of(look))
    _opening(canvas, look, mirrored([(128, 172), (148, 178), (143, 188), (128, 197)]))
    flap = [(149, 182), (152, 188), (144, 216), (128, 209), (143, 196)]
    for side in (flap, flipped(flap)):
        canvas.polygon(side, mix(inner, _BLACK, 0.06))
    lapel = [(150, 184), (162, 190), (170, 214), (157, 218), (160, 226), (128, 260), (145, 218)]
    for side in (lapel, flipped(lapel)):
        canvas.polygon(side, _lighter(fill) if look.dye is Dye.CHARCOAL else _darker(fill))


def _turtleneck(canvas: Canvas, _look: Look, fill: Colour) -> None:
    canvas.blob(mirrored([(128, 172), (148, 171), (153, 184), (156, 202), (128, 208)]), fill)
    fold = [(104, 186), (116, 190), (140, 190), (152, 186)]
    canvas.stroke(fold, _darker(fill), 2.4)
    canvas.stroke([(103, 197), (116, 202), (140, 202), (153, 197)], _darker(fill), 2.4)


def _tank(canvas: Canvas, look: Look, fill: Colour) -> None:
    canvas.blob(BODY, skin_of(look))
    top = [(163, 196), (176, 200), (178, 226), (190, 242), (192, 266), (128, 270)]
    left = flipped(top)[::-1]
    neckline = [(95, 200), (100, 218), (116, 230), (128, 232), (140, 230), (156, 218), (161, 200)]
    canvas.polygon([*top, *left[1:], *neckline], fill)
    _opening(canvas, look, mirrored([(128, 172), (148, 178), (146, 192), (128, 202)]))


_PAINTERS: dict[Clothes, Callable[[Canvas, Look, Colour], None]] = {
    Clothes.TEE: _tee,
    Clothes.STRIPES: _stripes,
    Clothes.VNECK: _vneck,
    Clothes.SHIRT: _shirt,
    Clothes.HOODIE: _hoodie,
    Clothes.BLAZER: _blazer,
    Clothes.TURTLENECK: _turtleneck,
    Clothes.TANK: _tank,
}
