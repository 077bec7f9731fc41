"""Which language a desk has: by its setting, by what was chosen on screen, or the system's."""

from collections.abc import Collection, Sequence
from pathlib import Path

import structlog

from resources.catalogue import LANGUAGES, SOURCE_LANGUAGE

from .private_file import write_private

log = structlog.get_logger(__name__)

SYSTEM = "system"
"""The setting that leaves it to the choice on screen, and without one to the system."""
_FILE = "desk-language"


def language_of(
    setting: str,
    chosen: str,
    system: Sequence[str],
    known: Collection[str] = LANGUAGES,
) -> str:
    """Return the tag of the desk's language.

    ``system`` are the tags that the system prefers, the best first. What was ``chosen`` and has no
    catalogue any more does not count; a setting is returned as it is, and refused by ``Texts``.
    """
    if setting != SYSTEM:
        return setting
    if chosen in known:
        return chosen
    tags = (tag for tag in system if tag.replace("-", "_").partition("_")[0] in known)
    return next(tags, SOURCE_LANGUAGE)


class LanguageStore:
    """Keeps the language that was chosen on screen, in ``folder``; without one only until the end.

    It is that of all desks of the folder.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / _FILE if folder is not None else None
        self._chosen = ""

    def load(self) -> str:
        """Return what was chosen; empty if nothing was, or it cannot be read, which is logged."""
        if self._chosen or self._file is None or not self._file.exists():
            return self._chosen
        try:
            return self._file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            log.warning("language cannot be read", error=repr(error))
            return ""

    def save(self, language: str) -> None:
        """Keep what was chosen; what cannot be stored is logged, and counts until the end."""
        self._chosen = language
        if self._file is None:
            return
        try:
            write_private(self._file, language, secret=False)
        except OSError as error:
            log.warning("language cannot be stored", error=repr(error))
