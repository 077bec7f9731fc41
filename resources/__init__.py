"""Files that ship with the product: fonts, icons, sounds, translations, web pages, portraits."""

from pathlib import Path

_ROOT = Path(__file__).parent


def path(name: str) -> Path:
    """Return the path of the resource ``name``, e.g. ``icons/check.svg``.

    Raises FileNotFoundError if the resource is missing from the installation.
    """
    found = _ROOT / name
    if not found.exists():
        raise FileNotFoundError(f"The resource {name!r} is missing from the installation.")
    return found
