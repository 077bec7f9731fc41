"""The buttons "Add to Apple Wallet" and "Google Wallet".

Apple and Google allow only their own artwork for these buttons, unaltered, and it may not be
shipped with other people's software. So whoever runs the service puts the files that both
hand out into ``data_dir/badges``; without them the page has a plain link in words.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api_client.messages.cards import WalletKind
from membership.base.logs import logger
from resources.catalogue import catalogue

FOLDER = "badges"
LARGEST_BYTES = 200_000
_MIMES: Mapping[str, str] = {".svg": "image/svg+xml", ".png": "image/png"}


@dataclass(frozen=True, slots=True)
class Badge:
    """A button: its label, and its official picture as a data URI if there is one."""

    label: str
    picture: str | None


def badge(data_dir: Path, wallet: WalletKind, language: str) -> Badge:
    """The button of a wallet in a language: ``badges/apple-de.svg``, or without the language."""
    label = _label(wallet, language)
    for name in (f"{wallet.value}-{language}", f"{wallet.value}-en", wallet.value):
        for suffix, mime in _MIMES.items():
            picture = _read(data_dir / FOLDER / f"{name}{suffix}")
            if picture is not None:
                uri = f"data:{mime};base64,{base64.b64encode(picture).decode('ascii')}"
                return Badge(label, uri)
    return Badge(label, None)


def _label(wallet: WalletKind, language: str) -> str:
    """Return the wording that Apple and Google prescribe for the button."""
    gettext = catalogue(language).gettext
    if wallet is WalletKind.APPLE:
        return gettext("Add to Apple Wallet")
    return gettext("Add to Google Wallet")


def _read(file: Path) -> bytes | None:
    """A picture, or None if there is none. One that cannot be used is told in the log."""
    try:
        if file.stat().st_size > LARGEST_BYTES:
            logger().warning("badge_too_large", file=file.name, most_bytes=LARGEST_BYTES)
            return None
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        logger().warning("badge_unreadable", file=file.name, error=type(error).__name__)
        return None
