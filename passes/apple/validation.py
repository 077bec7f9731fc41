"""Errors of a pass.json, with their paths, from the errors of pydantic."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from passes.errors import PassContentError

KEYS_OF_OTHER_STYLES: Mapping[str, str] = {
    **dict.fromkeys(("boardingPass", "coupon", "eventTicket"), "a style that is not made here"),
    **dict.fromkeys(
        (
            "accessibilityURL", "addOnURL", "auxiliaryStoreIdentifiers", "bagPolicyURL",
            "contactVenueEmail", "contactVenuePhoneNumber", "contactVenueWebsite",
            "directionsInformationURL", "eventLogoText", "merchandiseURL", "orderFoodURL",
            "parkingInformationURL", "purchaseParkingURL", "sellURL", "transferURL",
            "transitInformationURL", "upcomingPassInformation",
        ),
        "only event tickets have this key",
    ),
    **dict.fromkeys(
        (
            "changeSeatURL", "entertainmentURL", "managementURL", "purchaseAdditionalBaggageURL",
            "purchaseLoungeAccessURL", "purchaseWifiURL", "registerServiceAnimalURL",
            "reportLostBagURL", "requestWheelchairURL", "trackBagsURL", "transitProviderEmail",
            "transitProviderPhoneNumber", "transitProviderWebsiteURL", "upgradeURL",
        ),
        "only boarding passes have this key",
    ),
    "preferredStyleSchemes": "only event tickets and boarding passes have this key",
}  # fmt: skip
"""Keys of Apple's "Pass" that Wallet ignores on store cards and generic passes, and why."""

STYLES_READ = frozenset({"boardingPass", "coupon", "eventTicket"})
"""Styles that are not made here, and read as passes of others."""

_OWNERS = {
    "only event tickets have this key": ("eventTicket",),
    "only boarding passes have this key": ("boardingPass",),
    "only event tickets and boarding passes have this key": ("eventTicket", "boardingPass"),
}
OTHER_STYLES: Mapping[str, tuple[str, ...]] = {
    key: _OWNERS[why] for key, why in KEYS_OF_OTHER_STYLES.items() if why in _OWNERS
} | {"orderFoodURL": ("eventTicket", "boardingPass")}  # the newer boarding passes as well
"""Keys of certain styles, and which."""

_MESSAGES = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key",
}


def content_error(error: ValidationError, content: Any) -> PassContentError:
    """Return the first error in ``content``, with its path."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = _path(first["loc"], content, missing=first["type"] == "missing")
    inside = first.get("ctx", {}).get("at", "") if first["type"] == "pass" else ""
    message = KEYS_OF_OTHER_STYLES.get(path) if first["type"] == "extra_forbidden" else None
    return PassContentError(
        ".".join(part for part in (path, inside) if part),
        message or _MESSAGES.get(first["type"], first["msg"]),
    )


def _path(places: Sequence[str | int], content: Any, *, missing: bool) -> str:
    """Return a location as a path: ``storeCard.headerFields[0].key``.

    pydantic also names the branches of a union that it tried, such as ``str``; they are left out.
    """
    path = ""
    here = content
    for place in places:
        try:
            here = here[place]
        except (KeyError, IndexError, TypeError):
            if not missing:
                break
            here = None
        path += f"[{place}]" if isinstance(place, int) else f".{place}" if path else str(place)
    return path
