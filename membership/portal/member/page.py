"""The customer's own page: a shell without anything personal, which its script fills.

The service writes its words and colours; whose page it is, the script learns once somebody has
logged in. So a phone may keep the page, and nobody may frame it.
"""

import json
import secrets
from functools import lru_cache

from babel import Locale
from fastapi import Response
from jinja2 import Environment, StrictUndefined, Template

import resources
from membership.portal.card_page.phones import LANGUAGES
from membership.portal.member.files import files_version
from membership.portal.member.words import PAGE, SCRIPTED
from membership.portal.signup.offers import Looks
from membership.portal.signup.page import colours
from membership.web.access import Tenant


def own_page(tenant: Tenant, looks: Looks, language: str) -> Response:
    """The page of an organization's customers."""
    nonce = secrets.token_urlsafe(16)
    words = PAGE[language]
    scripted = {name: words[name] for name in SCRIPTED}
    html = _template().render(
        language=language,
        languages=[(each, Locale.parse(each).display_name) for each in LANGUAGES],
        words=words,
        scripted=json.dumps(scripted, ensure_ascii=False),
        nonce=nonce,
        colours=colours(looks),
        organization=tenant.name,
        slug=tenant.slug,
        time_zone=tenant.time_zone,
        looks=looks,
        version=files_version(),
    )
    headers = {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}';"
            " connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    return Response(html, 200, headers, "text/html; charset=utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    """The page's template; whatever it is given is escaped.

    Its foot, and the steps of a login, are those of the signup page.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    shared = {
        each: environment.from_string(_read(f"web/join/{each}.html")) for each in ("foot", "login")
    }
    return environment.from_string(_read("web/me/page.html"), globals=shared)


def _read(path: str) -> str:
    """A template as text."""
    return resources.path(path).read_text(encoding="utf-8")
