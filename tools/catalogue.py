"""Bring the catalogues in ``resources/translations`` up to date with the source.

``python -m tools.catalogue`` adds the messages that a catalogue lacks, without a translation,
removes those that nothing uses any more, and writes the rest in one form. Run it after a change
of a text, or of a new language's copy of a catalogue, and fill in what is empty.
"""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
TRANSLATIONS = ROOT / "resources" / "translations"
SOURCES: Mapping[str, str] = {
    "kiosk": "python",
    "membership": "python",
    "resources/web": "jinja2",
}
"""Folders with messages, and what reads them."""

_FILES = {"python": "**.py", "jinja2": "**.html"}
_OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"}}
_SINGULAR_AND_PLURAL, _WITH_CONTEXT = (1, 2), ((1, "c"), 2)
_KEYWORDS = {
    "say": None,
    "say_many": _SINGULAR_AND_PLURAL,
    "_": None,
    "gettext": None,
    "ngettext": _SINGULAR_AND_PLURAL,
    "pgettext": _WITH_CONTEXT,
}
_DETAIL, _MESSAGE = (2,), (3,)
_ERRORS = {
    "Unauthorized": _DETAIL,
    "Forbidden": _DETAIL,
    "NotFound": _DETAIL,
    "Conflict": _DETAIL,
    "Invalid": _MESSAGE,
    "Busy": _DETAIL,
    "TooMany": _DETAIL,
    "translatable": None,
}
READ_BY_VISITORS = (
    "membership/billing/orders",
    "membership/portal",
    "membership/web",
)
"""Folders whose errors a member or visitor reads: their sentences are messages, too."""
_LINE = 100


def source_messages() -> Catalog:
    """Return every message of the source and the templates, in the order of the files."""
    messages = Catalog()
    for folder, method in SOURCES.items():
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(_FILES[method], method)],
            options_map=_OPTIONS,
            keywords=_KEYWORDS,
        )
        for _, _, message, _, context in found:
            messages.add(message, context=context)
    for folder in READ_BY_VISITORS:
        found = extract_from_dir(ROOT / folder, method_map=[("**.py", "python")], keywords=_ERRORS)
        for _, _, message, _, _ in found:
            messages.add(message)
    return messages


def updated(text: str, messages: Catalog) -> str:
    """Return the catalogue ``text`` with exactly ``messages``: its own first, then new ones.

    The header, up to the first empty line, stays as it is.
    """
    header, _, _ = text.partition("\n\n")
    written = BytesIO()
    write_po(written, _merged(text, messages), width=_LINE, omit_header=True)
    return f"{header}\n\n{written.getvalue().decode().strip()}\n"


def _merged(text: str, messages: Catalog) -> Catalog:
    """Return the translations of ``text`` that are in use, followed by what it lacks."""
    merged = Catalog()
    for message in read_po(BytesIO(text.encode())):
        if message.id and messages.get(message.id, message.context) is not None:
            merged.add(message.id, message.string, context=message.context)
    for message in messages:
        if message.id and merged.get(message.id, message.context) is None:
            merged.add(message.id, context=message.context)
    return merged


if __name__ == "__main__":
    for path in sorted(TRANSLATIONS.glob("*.po")):
        path.write_text(
            updated(path.read_text(encoding="utf-8"), source_messages()),
            encoding="utf-8",
            newline="\n",
        )
