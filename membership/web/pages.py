"""HTML pages from the templates in ``resources/web``, and the static files beside them.

Every page has a Content-Security-Policy that forbids all it does not name, and no page is kept
by a cache.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from fastapi import Response

import resources
from resources.catalogue import LANGUAGES, catalogue

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGE_HEADERS: Mapping[str, str] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_MEDIA_TYPES: Mapping[str, str] = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class PageKind:
    """What pages of one kind may load, and the headers they have beside those of all pages.

    ``sources`` are directives of the Content-Security-Policy; ``{nonce}`` in them stands for the
    nonce of the page.
    """

    sources: str
    headers: Mapping[str, str] = field(default_factory=dict)


def render_page(
    kind: PageKind,
    template: str,
    language: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    framed_by: tuple[str, ...] = (),
) -> Response:
    """Return a page made from ``template``, a path below ``resources/web``.

    The template gets ``values``, a new nonce, ``language``, the ``languages`` to choose from, and
    gettext's functions for its texts. ``framed_by`` are the origins whose pages may show this one
    in a frame. Raises jinja2.UndefinedError for a value that the
    template needs and does not get.
    """
    nonce = secrets.token_urlsafe(16)
    translations = catalogue(language)
    html = (
        _environment()
        .get_template(template)
        .render(
            values,
            language=language,
            languages=LANGUAGES,
            nonce=nonce,
            gettext=translations.gettext,
            ngettext=translations.ngettext,
            pgettext=translations.pgettext,
        )
    )
    headers = {
        "Content-Security-Policy": content_policy(kind.sources.format(nonce=nonce), framed_by),
        **_PAGE_HEADERS,
        **kind.headers,
    }
    return Response(html, status, headers, _MEDIA_TYPES["html"])


def content_policy(sources: str, framed_by: tuple[str, ...] = ()) -> str:
    """Return a Content-Security-Policy that allows ``sources`` and nothing else."""
    framing = " ".join(framed_by) or "'none'"
    return (
        f"default-src 'none'; {sources};"
        f" base-uri 'none'; form-action 'none'; frame-ancestors {framing}"
    )


def static_file(
    path: str, *, cache: str = "no-cache", headers: Mapping[str, str] | None = None
) -> Response:
    """Return a file of ``resources/web`` as it is; ``cache`` is its Cache-Control.

    The media type follows from the ending. It takes no thread: routes of files are coroutines, for
    their requests are not limited. Raises FileNotFoundError if it is not installed.
    """
    content = _content(path)
    shared = {"X-Content-Type-Options": "nosniff", "Cache-Control": cache}
    media_type = _MEDIA_TYPES[path.rpartition(".")[2]]
    return Response(content, headers={**shared, **(headers or {})}, media_type=media_type)


@lru_cache(maxsize=64)
def _content(path: str) -> bytes:
    """Return the content of a file, which stays in memory: no request waits for the disk."""
    return resources.path(f"web/{path}").read_bytes()


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    """Return the templates' environment, in which every value is escaped."""
    # A service that shows no page does not load the template engine.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        extensions=["jinja2.ext.i18n"],
        loader=FileSystemLoader(resources.path("web")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
