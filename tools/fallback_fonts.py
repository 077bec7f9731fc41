"""Make the fallback fonts of ``resources/fonts/scripts`` from the files that their makers publish.

usage: python -m tools.fallback_fonts NOTO CJK DROID DEJAVU

The arguments are files and folders of the Debian packages fonts-noto-core (the folder with
``NotoSans*-Regular.ttf``), fonts-noto-cjk (``NotoSansCJK-Regular.ttc``), fonts-droid-fallback
(``DroidSansFallbackFull.ttf``) and fonts-dejavu-core (``DejaVuSans.ttf``). Hinting, vertical
metrics and letters that an earlier font has are left out; shaping tables are kept.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import uharfbuzz as hb

import resources
from passes.drawing.fonts import CJK, SCRIPTS, SYMBOLS

LIMIT_BYTES = 10_000_000
"""What all fonts of the product may weigh together."""

_SHAPING = ("GDEF", "GPOS", "GSUB")
_VERTICAL = ("BASE", "VORG", "vhea", "vmtx")
_INTER = "Inter-Regular.otf"


def main(arguments: list[str]) -> int:
    """Write the fonts and print their sizes; return the exit code."""
    noto, cjk, droid, dejavu = map(Path, arguments)
    fonts = resources.path("fonts")
    target = fonts / "scripts"
    target.mkdir(exist_ok=True)
    inter = set(_face(fonts / _INTER).unicodes)
    covered = set(inter)
    for name in SCRIPTS:
        source = noto / name
        covered |= _write(source, 0, target / name, lambda _: True, _VERTICAL)
    sources: dict[str, tuple[Path, int, Callable[[int], bool]]] = {
        CJK[0]: (droid, 0, lambda _: True),
        CJK[1]: (cjk, 1, lambda code: 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF),
        CJK[2]: (cjk, 0, lambda code: code >= 0x20000),
    }
    for name, (source, index, wanted) in sources.items():
        dropped = (*_VERTICAL, *_SHAPING)
        covered |= _write(source, index, target / name, wanted, dropped)
    marks = _face(dejavu).unicodes
    _write(
        dejavu, 0, target / SYMBOLS,
        lambda code: code in marks and (code not in covered or 0x0300 <= code <= 0x036F),
        _VERTICAL,
    )  # fmt: skip
    total = sum(each.stat().st_size for each in fonts.rglob("*.[ot]tf"))
    print(f"{total / 1e6:.2f} MB of {LIMIT_BYTES / 1e6:.0f} MB")
    return int(total > LIMIT_BYTES)


def _face(path: Path, index: int = 0) -> hb.Face:
    return hb.Face(hb.Blob.from_file_path(path), index)


def _write(
    source: Path, index: int, target: Path, wanted: Callable[[int], bool], dropped: tuple[str, ...]
) -> set[int]:
    """Write the wanted letters of a font, and the space; return them."""
    face = _face(source, index)
    letters = {code for code in face.unicodes if wanted(code)} | {0x20}
    plan = hb.SubsetInput()
    plan.sets(hb.SubsetInputSets.UNICODE).update(letters)
    plan.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE
    tables = plan.sets(hb.SubsetInputSets.DROP_TABLE_TAG)
    for each in dropped:
        tables.add(int.from_bytes(each.encode(), "big"))
    data = hb.subset(face, plan).blob.data
    target.write_bytes(data)
    print(f"{target.name:44}{len(letters):7,} letters {len(data):10,} bytes")
    return letters


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
