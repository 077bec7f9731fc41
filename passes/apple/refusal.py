"""What is wrong with a pass.json, and where, in words for whoever wrote it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from passes.errors import PassContentError

OTHER_STYLES: Mapping[str, str] = {
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
"""Keys of Apple's "Pass" that Wallet drops from store cards and generic passes, and why."""

_MESSAGES = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such key",
}


def refusal_of(error: ValidationError, content: Any) -> PassContentError:
    """The first fault that was found in ``content``, with its path."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = _path(first["loc"], content, missing=first["type"] == "missing")
    inside = first.get("ctx", {}).get("at", "") if first["type"] == "pass" else ""
    message = OTHER_STYLES.get(path) if first["type"] == "extra_forbidden" else None
    return PassContentError(
        ".".join(part for part in (path, inside) if part),
        message or _MESSAGES.get(first["type"], first["msg"]),
    )


def _path(places: Sequence[str | int], content: Any, *, missing: bool) -> str:
    """Places as they are written in the errors: ``storeCard.headerFields[0].key``.

    The library also names the branches that it tried, such as ``str``; they are no places.
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
