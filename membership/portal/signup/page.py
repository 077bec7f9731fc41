"""The signup page: the offers of an organization, and the steps by which a visitor joins.

All of it is rendered here; its script shows the steps one after another. The content policy
allows connections to this service only, and frames on the organization's allowed sites only.
"""

import json
from collections.abc import Mapping

from fastapi import Response

from membership.portal.appearance import DEFAULT_APPEARANCE, Appearance, page_colours
from membership.portal.signup.absence import Absence
from membership.portal.signup.offers import Offer, SignupOffers
from membership.portal.signup.price_texts import billing_text, length_text, price_text
from membership.portal.signup.script_texts import signup_texts
from membership.web.access import Tenant
from membership.web.pages import PageKind, render_page

_KIND = PageKind(
    "script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; img-src 'self'",
    {"Vary": "Accept-Language"},
)


def list_page(signup: SignupOffers, language: str) -> Response:
    """Return the page with all offers of an organization."""
    offers = [_offer_values(each, signup, language) for each in signup.offers]
    return _page("signup/list.html", signup, language, {"root": ".", "offers": offers})


def plan_page(signup: SignupOffers, language: str) -> Response:
    """Return the page of the one plan in ``signup``, with the steps to join."""
    (offer,) = signup.offers
    values = {
        "root": "..",
        "offer": _offer_values(offer, signup, language),
        "script_texts": json.dumps(signup_texts(language), ensure_ascii=False),
        "origins": json.dumps(signup.appearance.allowed_origins),
    }
    return _page("signup/plan.html", signup, language, values)


def order_page(tenant: Tenant, appearance: Appearance, language: str, *, paid: bool) -> Response:
    """Return the page to which a payment provider redirects; it shows no state of the payment."""
    values = {
        "colours": page_colours(appearance),
        "logo": None,
        "root": None,
        "organization": tenant.name,
        "slug": tenant.slug,
        "paid": paid,
    }
    return render_page(_KIND, "signup/order.html", language, values)


def absent_page(absent: Absence, language: str, root: str) -> Response:
    """Return the page for what an organization does not offer: status 404, framed by its sites.

    A browser shows an error of its own in a frame whose page may not be framed, and the
    organization's own site would look broken. ``root`` leads from the page to ``/join/``.
    """
    values = {
        "colours": page_colours(absent.appearance),
        "appearance": absent.appearance,
        "logo": None,
        "root": root,
        "organization": absent.tenant.name,
        "slug": absent.tenant.slug,
        "closed": absent.closed,
        "has_member_page": absent.has_member_page,
    }
    framed_by = absent.appearance.allowed_origins
    template = "signup/absent.html"
    return render_page(_KIND, template, language, values, status=404, framed_by=framed_by)


def not_found_page(language: str) -> Response:
    """Return the page for everything that the public cannot see: status 404, never framed."""
    values = {"colours": page_colours(DEFAULT_APPEARANCE), "logo": None, "root": None}
    return render_page(_KIND, "signup/gone.html", language, values, status=404)


def _offer_values(offer: Offer, signup: SignupOffers, language: str) -> Mapping[str, object]:
    """Return what the templates show of a plan."""
    return {
        "id": str(offer.plan_id),
        "name": offer.name,
        "description": offer.description,
        "price": price_text(offer, language),
        "billing": billing_text(offer, language),
        "length": length_text(offer, language, pays_online=signup.pays_online),
        "permissions": offer.permissions,
        "free": offer.free,
        "joinable": offer.free or signup.pays_online,
    }


def _page(
    template: str, signup: SignupOffers, language: str, values: Mapping[str, object]
) -> Response:
    """Return a page of an organization; the value ``root`` leads from it to ``/join/``."""
    shared = {
        "colours": page_colours(signup.appearance),
        "organization": signup.name,
        "slug": signup.slug,
        "appearance": signup.appearance,
        "logo": signup.logo,
    }
    return render_page(
        _KIND, template, language, {**shared, **values}, framed_by=signup.appearance.allowed_origins
    )
