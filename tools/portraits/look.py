"""What a demo person looks like: choices only, no drawing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypedDict, TypeVar

_Choice = TypeVar("_Choice", bound=StrEnum)
_FIXED_WORDS = 6


class Skin(StrEnum):
    """Skin tones, light to dark; the value is the colour."""

    PORCELAIN = "f8dccb"
    IVORY = "f2c9ab"
    SAND = "e6b48c"
    OLIVE = "d29c70"
    CARAMEL = "b57c4f"
    BROWN = "92603c"
    DEEP = "6f442c"
    EBONY = "553223"


class HairColour(StrEnum):
    """Hair colours; the value is the colour."""

    BLACK = "231d20"
    ESPRESSO = "3c2a25"
    BROWN = "5e3d2c"
    CHESTNUT = "85502f"
    COPPER = "b9592c"
    BLOND = "dfb266"
    ASH = "bfa27c"
    GREY = "9b9da3"
    WHITE = "dbd8d4"


class Hair(StrEnum):
    """Hair styles, and what is worn instead of showing one."""

    BALD = "bald"
    BUZZ = "buzz"
    CROP = "crop"
    SIDE_PART = "side_part"
    QUIFF = "quiff"
    RECEDING = "receding"
    CURLS = "curls"
    AFRO = "afro"
    PIXIE = "pixie"
    BOB = "bob"
    FRINGE = "fringe"
    LONG = "long"
    WAVES = "waves"
    BUN = "bun"
    PONYTAIL = "ponytail"
    BRAIDS = "braids"
    HIJAB = "hijab"
    TURBAN = "turban"


class Beard(StrEnum):
    """Facial hair."""

    NONE = "none"
    STUBBLE = "stubble"
    MOUSTACHE = "moustache"
    GOATEE = "goatee"
    FULL = "full"


class Clothes(StrEnum):
    """What is worn."""

    TEE = "tee"
    STRIPES = "stripes"
    VNECK = "vneck"
    SHIRT = "shirt"
    HOODIE = "hoodie"
    BLAZER = "blazer"
    TURTLENECK = "turtleneck"
    TANK = "tank"


class Dye(StrEnum):
    """Colours of cloth; the value is the colour."""

    NAVY = "2f4270"
    TEAL = "2b8783"
    CORAL = "ea7560"
    MUSTARD = "e0a83f"
    FOREST = "437455"
    PLUM = "83456f"
    CHALK = "f5f2ec"
    CHARCOAL = "3d414b"
    SKY = "82b1de"
    RUST = "bb5a35"
    LILAC = "a48fd0"
    ROSE = "dd8ba2"


class Ground(StrEnum):
    """Backgrounds; the value is the colour."""

    PEACH = "f5c9b3"
    BUTTER = "f5dc9c"
    SAGE = "c5dcbd"
    AQUA = "b5dcdb"
    PERIWINKLE = "bfcdf0"
    LILAC = "d8c7ee"
    ROSE = "f1c2d2"
    MIST = "cfd8e1"


@dataclass(frozen=True, slots=True)
class Look:
    """One person. ``cloth`` is the colour of a hijab, turban or hair band."""

    skin: Skin
    hair: Hair
    hair_colour: HairColour
    clothes: Clothes
    dye: Dye
    ground: Ground
    beard: Beard = Beard.NONE
    glasses: bool = False
    earrings: bool = False
    lashes: bool = False
    cloth: Dye = Dye.TEAL

    @classmethod
    def parse(cls, words: str) -> Self:
        """Return the look that ``words`` describe: a word for each of the first six fields.

        Options may follow in any order: a beard, ``glasses``, ``earrings``, ``lashes``, and
        ``cloth:`` with a colour.

        Raises:
            ValueError: there are too few words, or one that is not known there.
        """
        first, options = words.split()[:_FIXED_WORDS], words.split()[_FIXED_WORDS:]
        if len(first) < _FIXED_WORDS:
            raise ValueError(f"a look needs {_FIXED_WORDS} words, but got {words!r}")
        skin, hair, hair_colour, clothes, dye, ground = first
        return cls(
            _member(Skin, skin),
            _member(Hair, hair),
            _member(HairColour, hair_colour),
            _member(Clothes, clothes),
            _member(Dye, dye),
            _member(Ground, ground),
            **_options(options),
        )


class _Options(TypedDict, total=False):
    """The fields of a look that need not be given."""

    beard: Beard
    glasses: bool
    earrings: bool
    lashes: bool
    cloth: Dye


def _options(words: list[str]) -> _Options:
    """Return the optional fields that ``words`` name. Raises ValueError for any other word."""
    found = _Options()
    for word in words:
        if word == "glasses":
            found["glasses"] = True
        elif word == "earrings":
            found["earrings"] = True
        elif word == "lashes":
            found["lashes"] = True
        elif word.startswith("cloth:"):
            found["cloth"] = _member(Dye, word.removeprefix("cloth:"))
        else:
            found["beard"] = _member(Beard, word)
    return found


def _member(kind: type[_Choice], word: str) -> _Choice:
    """Return the member of ``kind`` with that name. Raises ValueError if there is none."""
    for member in kind:
        if member.name.lower() == word:
            return member
    raise ValueError(f"{word!r} is none of {', '.join(each.name.lower() for each in kind)}")
