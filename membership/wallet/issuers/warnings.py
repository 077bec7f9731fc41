"""Why wallets refuse an organization's cards, now or soon, as sentences. Pure."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from passes.apple.identity import IdentityFacts

WARNED_BEFORE = timedelta(days=30)
"""How long before a certificate expires the warnings begin."""

NO_CERTIFICATE = (
    "There is no Apple certificate: a self-made one signs, and every iPhone refuses these cards."
)
NO_ACCOUNT = "There is no Google service account: no card can be saved in Google Wallet."
NO_ADDRESS = "The setting public_url is missing: no link to a card can be made."
NEVER_UPDATED = "Cards in Apple Wallet are never updated."


def certificate_warnings(facts: IdentityFacts, now: datetime) -> list[str]:
    """Warnings about an imported certificate."""
    warnings = []
    if not facts.apple:
        warnings.append("Apple did not issue the certificate: an iPhone refuses what it signs.")
    end = facts.not_after
    if now > end:
        warnings.append(f"The certificate expired on {end:%Y-%m-%d}: no card can be signed.")
    elif now < facts.not_before:
        warnings.append(f"The certificate is not good before {facts.not_before:%Y-%m-%d}.")
    elif end - now <= WARNED_BEFORE:
        left = (end - now).days
        warnings.append(
            f"The certificate expires on {end:%Y-%m-%d}, in {left} days. "
            "Renew it for the same Pass Type ID."
        )
    return warnings


def apple_warnings(facts: IdentityFacts | None, public_url: str | None, now: datetime) -> list[str]:
    """Why cards cannot get to Apple Wallet, or cannot be updated there."""
    warnings = [NO_CERTIFICATE] if facts is None else certificate_warnings(facts, now)
    if public_url is None:
        warnings.append(f"{NO_ADDRESS} {NEVER_UPDATED}")
    elif not is_https(public_url):
        warnings.append(f"The setting public_url does not begin with https. {NEVER_UPDATED}")
    return warnings


def google_warnings(*, configured: bool, public_url: str | None) -> list[str]:
    """Why cards cannot get to Google Wallet."""
    warnings = [] if configured else [NO_ACCOUNT]
    if public_url is None:
        warnings.append(NO_ADDRESS)
    return warnings


def is_https(address: str) -> bool:
    """Whether an address is encrypted, so that a card's token may be sent there."""
    return urlsplit(address).scheme.lower() == "https"
