"""The signup page: what an organization offers, and the steps by which a visitor joins.

The service writes all of it; the page's one script only shows the steps one after another. Its
content policy lets it load and ask nothing but this service, and lets only the sites that the
organization allows put it into a frame.
"""

import json
from collections.abc import Mapping

from fastapi import Response

from membership.portal.signup.offers import PLAIN, Looks, Offer, Shop
from membership.portal.signup.script_texts import signup_texts
from membership.portal.signup.terms import billing_of, length_of, price_of
from membership.web.access import Tenant
from membership.web.pages import PageKind, render_page
from passes.contrast import contrast_ratio, mix, nearest_readable

_KIND = PageKind(
    "script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; img-src 'self'",
    {"Vary": "Accept-Language"},
)
_BLACK, _WHITE = "#000000", "#ffffff"
_MUTED, _SURFACE, _LINE = 0.25, 0.04, 0.5
"""How much of the ground is in small text and lines, and of the text in a card."""


def list_page(shop: Shop, language: str) -> Response:
    """The page of all that an organization offers."""
    offers = [_told(each, shop, language) for each in shop.offers]
    return _page("join/list.html", shop, language, {"root": ".", "offers": offers})


def plan_page(shop: Shop, language: str) -> Response:
    """The page of the one plan that ``shop`` offers, with the steps to join."""
    (offer,) = shop.offers
    values = {
        "root": "..",
        "offer": _told(offer, shop, language),
        "script_texts": json.dumps(signup_texts(language), ensure_ascii=False),
        "origins": json.dumps(shop.looks.allowed_origins),
    }
    return _page("join/plan.html", shop, language, values)


def order_page(tenant: Tenant, looks: Looks, language: str, *, paid: bool) -> Response:
    """The page that a payment provider sends browsers back to. It knows of no payment."""
    values = {
        "colours": colours(looks),
        "logo": None,
        "root": None,
        "organization": tenant.name,
        "slug": tenant.slug,
        "paid": paid,
    }
    return render_page(_KIND, "join/order.html", language, values)


def not_found_page(language: str) -> Response:
    """The page for all that the public cannot see: the same in each case, framed by nobody."""
    values = {"colours": colours(PLAIN), "logo": None, "root": None}
    return render_page(_KIND, "join/gone.html", language, values, status=404)


def colours(looks: Looks) -> Mapping[str, str]:
    """All colours of the page, from the two that an organization chose.

    Whatever these are, text is black or white, whichever is better to read on its ground.
    """
    ground = looks.background
    ink = _text_on(ground)
    return {
        "scheme": "dark" if ink == _WHITE else "light",
        "ground": ground,
        "ink": ink,
        "muted": mix(ink, ground, _MUTED),
        "line": mix(ink, ground, _LINE),
        "surface": mix(ground, ink, _SURFACE),
        "accent": looks.accent,
        "on_accent": _text_on(looks.accent),
        "link": nearest_readable(looks.accent, mix(ground, ink, _SURFACE)),
    }


def _text_on(ground: str) -> str:
    """Black or white, whichever is better to read on a ground."""
    return max((_BLACK, _WHITE), key=lambda colour: contrast_ratio(colour, ground))


def _told(offer: Offer, shop: Shop, language: str) -> Mapping[str, object]:
    """What the page says of a plan."""
    return {
        "id": str(offer.plan_id),
        "name": offer.name,
        "description": offer.description,
        "price": price_of(offer, language),
        "billing": billing_of(offer, language),
        "length": length_of(offer, language, pays_online=shop.pays_online),
        "permissions": offer.permissions,
        "free": offer.free,
        "joinable": offer.free or shop.pays_online,
    }


def _page(template: str, shop: Shop, language: str, values: Mapping[str, object]) -> Response:
    """Return a page of an organization; the value ``root`` leads from it to ``/join/``."""
    shared = {
        "colours": colours(shop.looks),
        "organization": shop.name,
        "slug": shop.slug,
        "looks": shop.looks,
        "logo": shop.logo,
    }
    return render_page(
        _KIND, template, language, {**shared, **values}, framed_by=shop.looks.allowed_origins
    )
