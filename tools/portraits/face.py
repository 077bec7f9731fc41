"""Head, neck and face."""

from tools.portraits.canvas import (
    Canvas,
    Colour,
    Point,
    colour,
    flipped,
    mirrored,
    mix,
)
from tools.portraits.look import Beard, Hair, HairColour, Look, Skin

HEAD: list[Point] = mirrored(
    [(128, 58), (152, 64), (168, 84), (171, 110), (166, 136), (150, 159), (128, 167)]
)
NECK: list[Point] = mirrored(
    [(128, 140), (148, 141), (149, 160), (149, 180), (148, 199), (128, 200)]
)
UNDER_CHIN: list[Point] = [(100, 152), (156, 152), (152, 168), (139, 176.5), (122, 177), (104, 169)]
_BLACK: Colour = (24, 16, 20)
_WHITE: Colour = (255, 255, 255)
_RED: Colour = (214, 72, 72)
_EYES = ((109.5, 116.0), (146.5, 116.0))
_OVER_EARS = (Hair.LONG, Hair.WAVES, Hair.BOB, Hair.FRINGE, Hair.HIJAB)
_DARK = (Skin.BROWN, Skin.DEEP, Skin.EBONY)


def skin_of(look: Look) -> Colour:
    """Return the plain tone of the skin."""
    return colour(look.skin.value)


def shade_of(look: Look) -> Colour:
    """Return the tone of the skin in shadow."""
    return mix(skin_of(look), (92, 30, 34), 0.22)


def paint_neck(canvas: Canvas, look: Look) -> None:
    """Paint the neck with the shadow of the chin on it."""
    neck = [(107, 140), (149, 140), (149, 186), (160, 200), (128, 222), (96, 200), (107, 186)]
    canvas.polygon(neck, skin_of(look))
    canvas.blob(
        UNDER_CHIN,
        shade_of(look),
        clip=canvas.mask(NECK),
    )


def paint_head(canvas: Canvas, look: Look) -> None:
    """Paint ears and head, softly shaded on one side."""
    skin, shade = skin_of(look), shade_of(look)
    for ear in (84.0, 172.0):
        inner = 2.0 if ear < 128 else -2.0
        if look.hair not in _OVER_EARS:
            canvas.oval((ear, 118), (9.5, 13.5), skin)
            canvas.oval((ear + inner, 119), (4.5, 7.5), shade, opacity=0.55)
        if look.earrings:
            canvas.oval((ear - inner / 2, 133), (3.4, 3.4), (242, 201, 92))
    canvas.blob(HEAD, skin)
    shaded = [(176, 60), (176, 172), (120, 172), (150, 156), (160, 132), (162, 100), (156, 74)]
    canvas.blob(shaded, shade, opacity=0.28, clip=canvas.mask(HEAD))


def paint_face(canvas: Canvas, look: Look) -> None:
    """Paint cheeks, eyes, brows, nose and mouth."""
    clip = canvas.mask(HEAD)
    blush = 0.14
    for cheek in (100.0, 156.0):
        canvas.oval((cheek, 136), (10, 6.5), _RED, opacity=blush, clip=clip)
    _paint_eyes(canvas, look)
    _paint_brows(canvas, look)
    nose = [(131.5, 123), (134, 131), (133, 135), (128.5, 136.2), (124.5, 135)]
    canvas.stroke(nose, mix(skin_of(look), (80, 24, 24), 0.36), 2.6)
    _paint_mouth(canvas, look)
    if look.glasses:
        _paint_glasses(canvas)


def _paint_eyes(canvas: Canvas, look: Look) -> None:
    """Paint both eyes, with lashes where the look has them."""
    for x, y in _EYES:
        canvas.oval((x, y), (8.2, 5.6), mix(_WHITE, skin_of(look), 0.1))
        canvas.oval((x, y), (4.9, 5.3), mix(_BLACK, (70, 42, 26), 0.6))
        canvas.oval((x, y), (2.7, 3.0), _BLACK)
        canvas.oval((x + 1.7, y - 1.9), (1.5, 1.5), _WHITE)
        lid = [(x - 8.6, y - 1.2), (x - 3, y - 6), (x + 3, y - 6), (x + 8.6, y - 1.2)]
        canvas.stroke(lid, _BLACK, 2.2 if look.lashes else 1.8)
        if look.lashes:
            out = 1.0 if x > 128 else -1.0
            canvas.stroke([(x + 8 * out, y - 2.2), (x + 11.6 * out, y - 5)], _BLACK, 2.0)


def _paint_brows(canvas: Canvas, look: Look) -> None:
    """Paint the brows in the colour of the hair, a little darker."""
    share = 0.45 if look.hair_colour in (HairColour.WHITE, HairColour.BLOND) else 0.2
    shade = mix(colour(look.hair_colour.value), mix(_BLACK, shade_of(look), 0.5), share)
    thick = 2.8 if look.lashes else 4.0
    brow = [(138.5, 103.5), (147, 100.2), (156.5, 103.8)]
    canvas.stroke(brow, shade, thick)
    canvas.stroke(flipped(brow), shade, thick)


def _paint_mouth(canvas: Canvas, look: Look) -> None:
    """Paint a smile: open with teeth, or closed lips where it is hidden by a beard or painted."""
    line = mix(skin_of(look), (96, 18, 26), 0.62)
    if look.lashes:
        lips = mix(skin_of(look), (188, 44, 66), 0.42 if look.skin in _DARK else 0.55)
        upper = [(114, 148), (122, 146.4), (128, 147.6), (134, 146.4), (142, 148)]
        canvas.blob([*upper, (137, 154), (128, 156.6), (119, 154)], lips)
        canvas.stroke([(114.5, 148.4), (128, 151), (141.5, 148.4)], line, 1.7)
    elif look.beard in (Beard.FULL, Beard.GOATEE):
        canvas.blob(
            [(117, 148), (128, 149), (139, 148), (134, 154), (128, 155.4), (122, 154)], line
        )
        canvas.polygon([(119.5, 148.4), (136.5, 148.4), (134, 151), (122, 151)], _WHITE)
    else:
        smile = [
            (112.5, 145.5),
            (128, 148.8),
            (143.5, 145.5),
            (138, 154.5),
            (128, 158.4),
            (118, 154.5),
        ]
        canvas.blob(smile, line)
        canvas.blob(
            [(116, 147.2), (128, 149.6), (140, 147.2), (135.5, 152.4), (120.5, 152.4)], _WHITE
        )


def _paint_glasses(canvas: Canvas) -> None:
    """Paint round dark frames, with the arms to the ears."""
    frame = (52, 46, 56)
    for x, y in _EYES:
        ring = [(x, y - 12.5), (x + 13, y - 9), (x + 14, y + 3), (x + 7, y + 12)]
        ring += [(x - 7, y + 12), (x - 14, y + 3), (x - 13, y - 9), (x, y - 12.5)]
        canvas.blob(ring[:-1], _WHITE, opacity=0.16)
        canvas.stroke(ring, frame, 2.6)
    canvas.stroke([(122.5, 113), (128, 111), (133.5, 113)], frame, 2.6)
    arm = [(160.5, 112), (171, 109)]
    canvas.stroke(arm, frame, 2.6)
    canvas.stroke(flipped(arm), frame, 2.6)


def paint_beard(canvas: Canvas, look: Look) -> None:
    """Paint facial hair; the mouth is painted over it afterwards."""
    shade = colour(look.hair_colour.value)
    clip = canvas.mask(HEAD)
    sides = [(174, 112), (168, 146), (152, 168), (128, 174)]
    inside = [(128, 141), (143, 140), (152, 136), (161, 124), (165, 108)]
    around = [*sides, *flipped(sides)[::-1], *flipped(inside)[::-1], *inside[1:]]
    moustache = mirrored([(128, 139.5), (139, 139.5), (147, 147), (142, 148.5), (128, 146)])
    match look.beard:
        case Beard.STUBBLE:
            canvas.polygon(around, shade, opacity=0.2, clip=clip)
        case Beard.MOUSTACHE:
            canvas.blob(moustache, shade)
        case Beard.GOATEE:
            canvas.blob(moustache, shade)
            canvas.blob(mirrored([(128, 151), (142, 147), (145, 158), (128, 171)]), shade)
        case Beard.FULL:
            full = canvas.mask(mirrored([(128, 50), (172, 84), (173, 116), (167, 146), (128, 177)]))
            canvas.polygon(around, shade, clip=full)
            canvas.blob(moustache, shade)
        case Beard.NONE:
            pass
