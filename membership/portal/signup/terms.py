"""Prices and intervals in words. Amounts are whole minor units; nothing here is a float."""

from babel.units import format_unit

from membership.portal.signup.offers import Offer
from membership.portal.signup.words import EACH, PAGE
from membership.rules.money import written
from membership.rules.periods import Interval, is_in_instalments


def price_of(offer: Offer, language: str) -> str:
    """What a plan costs, such as ``€49.00``."""
    if offer.free:
        return PAGE[language]["free"]
    return written(offer.price_minor, offer.currency, language)


def billing_of(offer: Offer, language: str) -> str:
    """How often it is paid, such as ``per month``; empty for what is free."""
    if offer.free:
        return ""
    if offer.billing is None:
        return PAGE[language]["once"]
    if offer.billing.count == 1:
        return EACH[language][offer.billing.unit]
    return PAGE[language]["every"].format(interval=_spelt(offer.billing, language))


def length_of(offer: Offer, language: str, *, pays_online: bool) -> str:
    """How long it runs, such as ``Runs for 12 months``.

    What is paid again and again on the internet is renewed by each payment, unless it is paid
    in instalments up to a fixed end.
    """
    billed = pays_online and not offer.free and offer.billing is not None
    if billed and not is_in_instalments(offer.billing, offer.length):
        return PAGE[language]["renews"]
    if offer.length is None:
        return PAGE[language]["no_length"]
    return PAGE[language]["length"].format(interval=_spelt(offer.length, language))


def _spelt(interval: Interval, language: str) -> str:
    """An interval with its count, such as ``3 months``."""
    unit = f"duration-{interval.unit.value}"
    return format_unit(interval.count, unit, length="long", locale=language)
