"""Prices and intervals as text. Amounts are whole minor units; nothing here is a float."""

from babel.units import format_unit

from api_client.messages.management import IntervalUnit
from membership.portal.signup.offers import Offer
from membership.rules.money import written
from membership.rules.periods import Interval, is_in_instalments
from resources.catalogue import catalogue


def price_text(offer: Offer, language: str) -> str:
    """Return what a plan costs, such as ``€49.00``."""
    if offer.free:
        return catalogue(language).gettext("Free")
    return written(offer.price_minor, offer.currency, language)


def billing_text(offer: Offer, language: str) -> str:
    """Return how often a plan is paid, such as ``per month``; empty for a free one."""
    gettext = catalogue(language).gettext
    if offer.free:
        return ""
    if offer.billing is None:
        return gettext("once")
    if offer.billing.count > 1:
        return gettext("every {interval}").format(interval=_spelt(offer.billing, language))
    match offer.billing.unit:
        case IntervalUnit.DAY:
            return gettext("per day")
        case IntervalUnit.WEEK:
            return gettext("per week")
        case IntervalUnit.MONTH:
            return gettext("per month")
        case IntervalUnit.YEAR:
            return gettext("per year")


def length_text(offer: Offer, language: str, *, pays_online: bool) -> str:
    """Return how long a plan runs, such as ``Runs for 12 months``.

    A plan that is paid online and again and again is renewed by each payment, unless it is paid
    in instalments up to a fixed end.
    """
    gettext = catalogue(language).gettext
    billed = pays_online and not offer.free and offer.billing is not None
    if billed and not is_in_instalments(offer.billing, offer.length):
        return gettext("Renewed with each payment, until you cancel it")
    if offer.length is None:
        return gettext("Runs until it is ended")
    return gettext("Runs for {interval}").format(interval=_spelt(offer.length, language))


def _spelt(interval: Interval, language: str) -> str:
    """Return an interval with its count, such as ``3 months``."""
    unit = f"duration-{interval.unit.value}"
    return format_unit(interval.count, unit, length="long", locale=language)
