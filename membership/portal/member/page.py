"""The member page: a shell without personal data, which its script fills after the login.

A browser may therefore cache it. It is never framed.
"""

import json

from fastapi import Response

from membership.portal.appearance import Appearance, page_colours
from membership.portal.member.files import MODULES, files_version
from membership.portal.member.script_texts import member_texts
from membership.web.access import Tenant
from membership.web.pages import PageKind, render_page

_KIND = PageKind(
    "script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; worker-src 'self'",
    {"X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Language"},
)


def member_page(
    tenant: Tenant, appearance: Appearance, language: str, *, can_join: bool
) -> Response:
    """Return the member page of an organization; ``can_join`` is whether its signup is open."""
    values = {
        "script_texts": json.dumps(member_texts(language), ensure_ascii=False),
        "colours": page_colours(appearance),
        "organization": tenant.name,
        "slug": tenant.slug,
        "time_zone": tenant.time_zone,
        "appearance": appearance,
        "can_join": can_join,
        "version": files_version(),
        "modules": " ".join(MODULES),
    }
    return render_page(_KIND, "member/page.html", language, values)
