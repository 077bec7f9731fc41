"""The customer's own page: a shell without anything personal, which its script fills.

The service writes its words and colours; whose page it is, the script learns once somebody has
logged in. So a phone may keep the page, and nobody may frame it.
"""

import json

from fastapi import Response

from membership.portal.member.files import files_version
from membership.portal.member.script_texts import member_texts
from membership.portal.signup.offers import Looks
from membership.portal.signup.page import colours
from membership.web.access import Tenant
from membership.web.pages import PageKind, render_page

_KIND = PageKind(
    "script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; worker-src 'self'",
    {"X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Language"},
)


def own_page(tenant: Tenant, looks: Looks, language: str) -> Response:
    """The page of an organization's customers."""
    values = {
        "script_texts": json.dumps(member_texts(language), ensure_ascii=False),
        "colours": colours(looks),
        "organization": tenant.name,
        "slug": tenant.slug,
        "time_zone": tenant.time_zone,
        "looks": looks,
        "version": files_version(),
    }
    return render_page(_KIND, "me/page.html", language, values)
