"""Write the glyphs of controls in the colours of each theme: ``python -m tools.control_glyphs``.

A style sheet names its pictures by file and cannot colour them, so each theme has files of its own,
made of the icons.
"""

from pathlib import Path

import resources
from kiosk.style import THEMES, Theme

GLYPHS = {
    "down": ("chevron_down", "ink"),
    "up": ("chevron_up", "ink"),
    "left": ("chevron_left", "ink"),
    "right": ("chevron_right", "ink"),
    "calendar": ("calendar", "ink"),
    "check": ("check", "surface"),
}
"""Icon and colour of each glyph."""


def drawn(theme: Theme, name: str) -> str:
    """Return the SVG of a glyph in the colours of ``theme``."""
    icon, colour = GLYPHS[name]
    source = resources.path(f"icons/{icon}.svg").read_text(encoding="utf-8")
    return source.replace("currentColor", getattr(theme, colour))


def main() -> None:
    """Write all glyphs."""
    for theme in THEMES:
        folder = Path(resources.__file__).parent / "controls" / theme.name
        folder.mkdir(parents=True, exist_ok=True)
        for name in GLYPHS:
            (folder / f"{name}.svg").write_text(drawn(theme, name), encoding="utf-8")


if __name__ == "__main__":
    main()
