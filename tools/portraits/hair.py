"""Hair that lies on the head and frames the face, and what is worn over it."""

from collections.abc import Callable

from tools.portraits.back_hair import ring_of_puffs, shadow, shine, tone
from tools.portraits.canvas import (
    Canvas,
    Colour,
    Point,
    colour,
    flipped,
    mirrored,
    mix,
)
from tools.portraits.look import Hair, Look

_BLACK: Colour = (18, 12, 18)
_WHITE: Colour = (255, 255, 255)


def _cap(top: float, wide: float, hairline: list[Point], low: float = 116) -> list[Point]:
    """Return hair over the skull: ``top`` and ``wide`` are its bounds, ``hairline`` its right half.

    ``hairline`` goes from the temple to the middle of the forehead.
    """
    right: list[Point] = [(128, top), (128 + wide * 0.62, top + 8), (128 + wide, top + 32)]
    right += [(128 + wide + 1, low - 10), (128 + wide - 4, low)]
    half = [*right, *hairline]
    return [*half, *flipped(half)[::-1][1:-1]]


def paint_front_hair(canvas: Canvas, look: Look) -> None:
    """Paint what lies on the head and frames the face."""
    _FRONT[look.hair](canvas, look)


def _bald(canvas: Canvas, _look: Look) -> None:
    canvas.blob([(108, 70), (122, 65), (126, 68), (112, 75)], _WHITE, opacity=0.28)


def _buzz(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(166, 98), (158, 84), (142, 79), (128, 78)]
    canvas.blob(_cap(54, 45, line, 108), tone(look), opacity=0.86)


def _crop(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(165, 96), (159, 86), (148, 88), (138, 82), (128, 87)]
    canvas.blob(_cap(47, 47, line, 110), tone(look))
    canvas.stroke([(102, 60), (118, 53), (136, 52)], shine(look), 4)


def _side_part(canvas: Canvas, look: Look) -> None:
    swept: list[Point] = [(82, 112), (78, 92), (82, 66), (104, 48), (136, 44), (164, 56), (177, 84)]
    swept += [
        (175, 112),
        (168, 100),
        (164, 84),
        (146, 84),
        (120, 80),
        (104, 70),
        (94, 84),
        (88, 100),
    ]
    canvas.blob(swept, tone(look))
    canvas.stroke([(104, 66), (124, 74), (148, 77), (162, 74)], shine(look), 3)


def _quiff(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(165, 98), (160, 84), (146, 80), (128, 80)]
    canvas.blob(_cap(56, 46, line, 110), shadow(look))
    tuft: list[Point] = [(92, 78), (86, 56), (104, 38), (136, 32), (164, 42), (172, 60), (164, 82)]
    tuft += [(148, 74), (128, 78), (108, 74)]
    canvas.blob(tuft, tone(look))
    canvas.stroke([(102, 62), (116, 50), (142, 45)], shine(look), 4)


def _receding(canvas: Canvas, look: Look) -> None:
    side: list[Point] = [
        (172, 122),
        (178, 104),
        (174, 80),
        (160, 62),
        (156, 74),
        (165, 90),
        (167, 108),
    ]
    canvas.blob(side, tone(look))
    canvas.blob(flipped(side), tone(look))
    canvas.blob(mirrored([(128, 53), (150, 57), (160, 70), (146, 66), (128, 64)]), tone(look))


def _curls(canvas: Canvas, look: Look) -> None:
    puffs = ring_of_puffs((128, 92), (44, 36), 11, 14, (-0.12, 1.12)) + ring_of_puffs(
        (128, 74), (28, 14), 5, 14, (0, 1)
    )
    for x, y, r in puffs:
        canvas.oval((x, y), (r, r), tone(look))
    for x, y, r in puffs[1:-1:2]:
        canvas.stroke(
            [(x - r * 0.5, y), (x - r * 0.1, y - r * 0.5), (x + r * 0.45, y - r * 0.25)],
            shine(look),
            2.4,
        )


def _afro(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(166, 100), (158, 84), (144, 78), (128, 76)]
    canvas.blob(_cap(48, 50, line, 116), tone(look))
    for x, y in ((94, 54), (116, 42), (142, 42), (164, 56), (178, 82), (80, 82)):
        canvas.stroke([(x - 6, y + 3), (x, y - 2), (x + 6, y + 2)], shine(look), 2.6)


def _pixie(canvas: Canvas, look: Look) -> None:
    swept: list[Point] = [(80, 124), (77, 92), (86, 60), (112, 45), (148, 46), (172, 66), (179, 96)]
    swept += [
        (175, 124),
        (168, 106),
        (160, 92),
        (140, 96),
        (112, 92),
        (98, 78),
        (92, 98),
        (87, 112),
    ]
    canvas.blob(swept, tone(look))
    canvas.stroke([(100, 70), (118, 82), (144, 87), (158, 84)], shine(look), 3)


def _parted(canvas: Canvas, look: Look, low: float) -> None:
    """Two curtains of hair from a parting in the middle."""
    curtain: list[Point] = [(126, 50), (158, 52), (181, 82), (185, 118), (183, low), (170, low + 2)]
    curtain += [(172, 122), (166, 98), (148, 80)]
    canvas.blob(curtain, tone(look))
    canvas.blob(flipped(curtain), tone(look))
    canvas.stroke([(142, 60), (162, 76), (172, 100)], shine(look), 3.4)
    canvas.stroke([(114, 60), (94, 76), (84, 100)], shine(look), 3.4)


def _bob(canvas: Canvas, look: Look) -> None:
    _parted(canvas, look, 166)


def _fringe(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(170, 130), (167, 106), (160, 93), (144, 95), (128, 94)]
    canvas.blob(_cap(46, 54, line, 164), tone(look))
    canvas.stroke([(98, 68), (116, 60), (142, 60)], shine(look), 4)


def _long(canvas: Canvas, look: Look) -> None:
    _parted(canvas, look, 196)


def _waves(canvas: Canvas, look: Look) -> None:
    lock: list[Point] = [
        (112, 52),
        (148, 44),
        (178, 66),
        (187, 100),
        (180, 124),
        (190, 150),
        (182, 178),
    ]
    lock += [(190, 198), (176, 204), (172, 176), (178, 150), (169, 124), (166, 100), (146, 82)]
    canvas.blob(lock, tone(look))
    other: list[Point] = [(124, 52), (96, 52), (76, 76), (70, 104), (77, 126), (66, 150), (74, 176)]
    other += [(66, 196), (80, 202), (84, 176), (78, 150), (88, 126), (90, 100), (102, 80)]
    canvas.blob(other, tone(look))
    canvas.stroke([(132, 58), (158, 68), (174, 92)], shine(look), 3.4)


def _bun(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(167, 100), (162, 84), (148, 74), (128, 72)]
    canvas.blob(_cap(50, 46, line, 112), tone(look))
    canvas.stroke([(104, 66), (116, 58), (134, 56)], shine(look), 3)


def _ponytail(canvas: Canvas, look: Look) -> None:
    swept: list[Point] = [(83, 116), (78, 92), (86, 62), (110, 48), (146, 48), (170, 64), (178, 92)]
    swept += [(173, 114), (168, 98), (158, 82), (134, 74), (112, 76), (96, 88), (89, 102)]
    canvas.blob(swept, tone(look))
    canvas.stroke([(104, 64), (128, 58), (152, 64)], shine(look), 3)
    canvas.stroke([(172, 66), (178, 76)], colour(look.cloth.value), 7)


def _braids(canvas: Canvas, look: Look) -> None:
    line: list[Point] = [(168, 102), (162, 84), (148, 76), (128, 70)]
    canvas.blob(_cap(48, 49, line, 122), tone(look))
    for x in (104, 116, 128, 140, 152):
        lean = (x - 128) * 0.55
        canvas.stroke([(x, 76 if x in (104, 152) else 70), (128 + lean, 51)], shine(look), 2)


def _hijab(canvas: Canvas, look: Look) -> None:
    cloth = colour(look.cloth.value)
    outer = [(128.0, 44.0), (160, 50), (179, 82), (180, 120), (172, 154), (150, 182), (128, 190)]
    inner = [(128.0, 76.0), (150, 79), (164, 98), (165, 124), (157, 148), (142, 162), (128, 166)]
    ring = [*mirrored(outer)]
    hole = [*mirrored(inner)]
    canvas.ring(ring, hole, cloth)
    drape: list[Point] = [
        (76, 158),
        (104, 172),
        (128, 176),
        (158, 170),
        (184, 160),
        (204, 214),
        (150, 246),
        (84, 222),
    ]
    canvas.blob(drape, cloth)
    fold = mix(cloth, _BLACK, 0.18)
    canvas.stroke([(100, 182), (136, 202), (184, 200)], fold, 2.6)
    canvas.stroke([(92, 204), (126, 220), (168, 224)], fold, 2.6)
    canvas.stroke([(150, 60), (166, 84), (170, 116)], mix(cloth, _WHITE, 0.2), 3)


def _turban(canvas: Canvas, look: Look) -> None:
    cloth = colour(look.cloth.value)
    wrap: list[Point] = [
        (128, 30),
        (164, 36),
        (184, 60),
        (182, 90),
        (168, 98),
        (150, 84),
        (128, 74),
    ]
    canvas.blob(mirrored(wrap), cloth)
    fold = mix(cloth, _BLACK, 0.2)
    canvas.stroke([(84, 92), (96, 64), (128, 44)], fold, 2.6)
    canvas.stroke([(172, 92), (160, 64), (128, 44)], fold, 2.6)
    canvas.stroke([(100, 86), (110, 68), (128, 58)], fold, 2.6)
    canvas.stroke([(156, 86), (146, 68), (128, 58)], fold, 2.6)


_FRONT: dict[Hair, Callable[[Canvas, Look], None]] = {
    Hair.BALD: _bald,
    Hair.BUZZ: _buzz,
    Hair.CROP: _crop,
    Hair.SIDE_PART: _side_part,
    Hair.QUIFF: _quiff,
    Hair.RECEDING: _receding,
    Hair.CURLS: _curls,
    Hair.AFRO: _afro,
    Hair.PIXIE: _pixie,
    Hair.BOB: _bob,
    Hair.FRINGE: _fringe,
    Hair.LONG: _long,
    Hair.WAVES: _waves,
    Hair.BUN: _bun,
    Hair.PONYTAIL: _ponytail,
    Hair.BRAIDS: _braids,
    Hair.HIJAB: _hijab,
    Hair.TURBAN: _turban,
}
