"""The looks in which pages are drawn: colours, language, size of the window, scale."""

import re
from dataclasses import dataclass, replace
from gettext import NullTranslations

from kiosk import style
from kiosk.style import DARK, LIGHT, Theme
from kiosk.texts import Texts

THEMES: tuple[Theme, ...] = (
    LIGHT,
    DARK,
    *(theme for theme in vars(style).values() if isinstance(theme, Theme) and theme.name == "high"),
)
"""Light, dark, and the one of high contrast."""

_ACCENTED = str.maketrans(
    "AaCcEeIiNnOoSsUuYyZz",
    "ÅåÇçÉéÎîÑñÖöŠšÜüÝýŽž",
)
_ARABIC = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابثدهفغحيجكلمنوبقرستعوشخيز")
_FIELD = re.compile(r"(\{[^{}]*\})")
_LONGER_BY = 0.35
_FILLING = " lorem ipsum dolor sit amet" * 20


class PseudoCatalogue(NullTranslations):
    """Translates into no language: accented and longer, so that what is cut or fixed is seen."""

    def gettext(self, message: str) -> str:
        """Return the message with accents, a third longer, in brackets."""
        parts = _FIELD.split(message)
        said = "".join(
            part if _FIELD.fullmatch(part) else part.translate(_ACCENTED) for part in parts
        )
        words = sum(len(part) for part in parts if not _FIELD.fullmatch(part))
        return f"[{said}{_FILLING[: round(words * _LONGER_BY)].translate(_ACCENTED)}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for ``n``, as ``gettext`` does."""
        return self.gettext(msgid1 if n == 1 else msgid2)


class PseudoTexts(Texts):
    """Texts of the pseudo-locale; dates as in English."""

    def __init__(self) -> None:
        super().__init__("en")
        self._catalogue = PseudoCatalogue()


class MirroredCatalogue(NullTranslations):
    """Translates into no language: in Arabic letters, which are written from right to left."""

    def gettext(self, message: str) -> str:
        """Return the message letter by letter."""
        return "".join(
            part if _FIELD.fullmatch(part) else part.lower().translate(_ARABIC)
            for part in _FIELD.split(message)
        )

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for ``n``, as ``gettext`` does."""
        return self.gettext(msgid1 if n == 1 else msgid2)


class MirroredTexts(Texts):
    """Texts from right to left, in a window that is laid out so; dates as in English."""

    right_to_left = True

    def __init__(self) -> None:
        super().__init__("en")
        self._catalogue = MirroredCatalogue()


@dataclass(frozen=True)
class Look:
    """How a page is drawn. Lengths are device-independent pixels; ``language`` names the texts."""

    theme: Theme = LIGHT
    language: str = "en"
    width: int = 1280
    height: int = 800
    scale: int = 1

    @property
    def name(self) -> str:
        """What the look is called on a sheet and in the name of a file."""
        percent = f"-{self.scale * 100}%" if self.scale > 1 else ""
        size = f"{self.width * self.scale}x{self.height * self.scale}"
        return f"{self.theme.name}-{self.language}-{size}{percent}"

    def texts(self) -> Texts:
        """Return the texts."""
        if self.language == "pseudo":
            return PseudoTexts()
        return MirroredTexts() if self.language == "rtl" else Texts(self.language)


BASE = Look()
"""In which each state of a page is drawn."""

_SMALL = replace(BASE, width=1024, height=768)
_LARGE = replace(BASE, width=1920, height=1080, scale=2)
LOOKS: tuple[Look, ...] = (
    *(replace(BASE, theme=theme) for theme in THEMES),
    *(replace(_SMALL, language=language) for language in ("en", "de", "pseudo", "rtl")),
    *(replace(_SMALL, theme=theme, language="de") for theme in THEMES[1:]),
    replace(BASE, language="de"),
    _LARGE,
    replace(_LARGE, theme=DARK, language="de"),
)
"""In which the full state of a page is drawn."""
