"""The table of the places on the rail. A new one is a page, see ``router``, and a line in here."""

from collections.abc import Collection
from dataclasses import dataclass

from kiosk.staff.page import MEMBERS, SETTINGS, TODAY, Place
from kiosk.texts import Texts
from kiosk.views.rail import RailItem

DESK = "desk"
"""The scan screen, the only place on the rail that is no page."""


@dataclass(frozen=True)
class RailPlace:
    """A line of the table: its item, its page (None for the desk), and the scope that it needs.

    An empty scope is for everybody. ``holds``: the pages that are opened from it, by their names.
    """

    item: RailItem
    place: Place | None
    scope: str = ""
    holds: tuple[str, ...] = ()


def rail_places(texts: Texts) -> tuple[RailPlace, ...]:
    """Return all places from the top. A digit belongs to a place, whatever a role leaves out."""
    say = texts.say
    return (
        RailPlace(RailItem(DESK, say("Desk"), "scan", 1), None),
        RailPlace(RailItem("today", say("Today"), "today", 2), TODAY, "visits:read"),
        RailPlace(RailItem("members", say("Members"), "members", 3), MEMBERS, "customers:read",
                  ("customer", "photo", "card", "merge", "give", "order", "subscription")),
        RailPlace(RailItem("companies", say("Companies"), "companies", 4), Place("companies"),
                  "companies:read", ("company",)),
        RailPlace(RailItem("plans", say("Plans"), "plans", 5), Place("plans"), "plans:read"),
        RailPlace(RailItem("payments", say("Payments"), "payments", 6), Place("payments"),
                  "memberships:read"),
        RailPlace(RailItem("cards", say("Cards"), "cards", 7), Place("cards"), "cards:read",
                  ("card", "designs")),
        RailPlace(RailItem("website", say("Website"), "website", 8), Place("signup"),
                  "organization:write"),
        RailPlace(RailItem("settings", say("Settings"), "settings", 0), SETTINGS, "",
                  ("account", "stripe", "api_keys", "code_formats")),
    )  # fmt: skip


def allowed_places(
    places: Collection[RailPlace], scopes: Collection[str], *, signed_in: bool
) -> list[RailPlace]:
    """Return the places that somebody with these scopes may use.

    All of them before a sign-in: who presses one is asked for it first.
    """
    return [each for each in places if not signed_in or not each.scope or each.scope in scopes]


def name_of(places: Collection[RailPlace], place: Place | None, pressed: str) -> str:
    """Return the name of the place on the rail to which a page belongs; the desk's for None.

    Where several have the same page it is the one that was ``pressed``.
    """
    if place is None:
        return DESK
    found = [each.item.name for each in places if each.place == place or place.name in each.holds]
    return pressed if pressed in found else next(iter(found), "")
