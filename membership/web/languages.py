"""Which language a visitor is answered in."""

import re
from collections.abc import Sequence

from starlette.types import Scope

from resources.catalogue import LANGUAGES, SOURCE_LANGUAGE

_MAX_HEADER = 500


def choose_language(requested: str, accepted: str = "", preferred: str | None = None) -> str:
    """Return the first of ``LANGUAGES`` that is requested, accepted or preferred, else English.

    ``requested`` is a language tag or empty, ``accepted`` an Accept-Language header (RFC 9110,
    12.5.4), and ``preferred`` the language that is stored of a customer. A tag with a region or
    a script, such as ``de-AT``, stands for its language.
    """
    from babel import negotiate_locale  # noqa: PLC0415 - not needed before the first page

    for tags in ([requested], _accepted_tags(accepted), [preferred or ""]):
        wanted = [tag.replace("-", "_") for tag in tags if tag]
        found = negotiate_locale(wanted, list(LANGUAGES))
        if found is not None:
            return found
    return SOURCE_LANGUAGE


def accepted_language(scope: Scope) -> str:
    """Return the language that a request accepts most of ``LANGUAGES``, else English."""
    header = next((text for name, text in scope["headers"] if name == b"accept-language"), b"")
    return choose_language("", header.decode("latin-1")) if header else SOURCE_LANGUAGE


def _accepted_tags(header: str) -> Sequence[str]:
    """Return the language tags of an Accept-Language header, most wanted first."""
    weighted: list[tuple[float, str]] = []
    for part in header[:_MAX_HEADER].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", tag) and weight > 0:
            weighted.append((-weight, tag))
    return [tag for _, tag in sorted(weighted, key=lambda each: each[0])]
