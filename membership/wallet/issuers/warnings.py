"""What keeps wallets from taking an organization's cards, now or soon, in sentences. Pure."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from passes.apple.identity import IdentityFacts

WARNED_BEFORE = timedelta(days=30)
"""How long before a certificate is over this is told."""

NO_CERTIFICATE = (
    "There is no Apple certificate: a self-made one signs, and every iPhone refuses these cards."
)
NO_ACCOUNT = "There is no Google service account: no card can be saved in Google Wallet."
NO_ADDRESS = "The setting public_url is missing: no link to a card can be made."
NEVER_UPDATED = "Cards in Apple Wallet are never updated."


def of_certificate(facts: IdentityFacts, now: datetime) -> list[str]:
    """What is wrong with a certificate that was imported."""
    told = []
    if not facts.apple:
        told.append("Apple did not issue the certificate: an iPhone refuses what it signs.")
    end = facts.not_after
    if now > end:
        told.append(f"The certificate expired on {end:%Y-%m-%d}: no card can be signed.")
    elif now < facts.not_before:
        told.append(f"The certificate is not good before {facts.not_before:%Y-%m-%d}.")
    elif end - now <= WARNED_BEFORE:
        left = (end - now).days
        told.append(
            f"The certificate expires on {end:%Y-%m-%d}, in {left} days. "
            "Renew it for the same Pass Type ID."
        )
    return told


def apple_warnings(facts: IdentityFacts | None, public_url: str | None, now: datetime) -> list[str]:
    """All that keeps cards from Apple Wallet, or from being updated in it."""
    told = [NO_CERTIFICATE] if facts is None else of_certificate(facts, now)
    if public_url is None:
        told.append(f"{NO_ADDRESS} {NEVER_UPDATED}")
    elif not is_https(public_url):
        told.append(f"The setting public_url does not begin with https. {NEVER_UPDATED}")
    return told


def google_warnings(*, configured: bool, public_url: str | None) -> list[str]:
    """All that keeps cards from Google Wallet."""
    told = [] if configured else [NO_ACCOUNT]
    if public_url is None:
        told.append(NO_ADDRESS)
    return told


def is_https(address: str) -> bool:
    """Whether a phone would send a card's token there: encrypted only."""
    return urlsplit(address).scheme.lower() == "https"
