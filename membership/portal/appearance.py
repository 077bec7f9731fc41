"""How the pages of an organization look: its colours, its links, and who may frame them."""

from collections.abc import Mapping
from dataclasses import dataclass

from membership.store.models import SignupSettings
from passes.contrast import contrast_ratio, mix, nearest_readable

_BLACK, _WHITE = "#000000", "#ffffff"
_MUTED, _SURFACE, _LINE = 0.25, 0.04, 0.5
"""Share of the background in muted text and in lines, and of the text colour in surfaces."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Colours (``#rrggbb``), origins that may frame the page, and addresses that it links to."""

    accent: str
    background: str
    allowed_origins: tuple[str, ...]
    terms_url: str | None
    privacy_url: str | None


DEFAULT_APPEARANCE = Appearance("#00695c", _WHITE, (), None, None)
"""Of pages that belong to no organization, or to one without settings."""


def appearance_of(settings: SignupSettings | None) -> Appearance:
    """Return the appearance of an organization's pages, whether its signup is open or not."""
    if settings is None:
        return DEFAULT_APPEARANCE
    return Appearance(
        accent=settings.accent,
        background=settings.background,
        allowed_origins=tuple(settings.allowed_origins),
        terms_url=settings.terms_url,
        privacy_url=settings.privacy_url,
    )


def page_colours(appearance: Appearance) -> Mapping[str, str]:
    """Return all colours of a page, derived from the two that an organization chose.

    Text is black or white, whichever has the higher contrast on its background.
    """
    ground = appearance.background
    ink = _text_on(ground)
    surface = mix(ground, ink, _SURFACE)
    return {
        "scheme": "dark" if ink == _WHITE else "light",
        "ground": ground,
        "ink": ink,
        "muted": mix(ink, ground, _MUTED),
        "line": mix(ink, ground, _LINE),
        "surface": surface,
        "accent": appearance.accent,
        "on_accent": _text_on(appearance.accent),
        "link": nearest_readable(appearance.accent, surface),
    }


def _text_on(background: str) -> str:
    """Return black or white, whichever has the higher contrast on a background."""
    return max((_BLACK, _WHITE), key=lambda colour: contrast_ratio(colour, background))
