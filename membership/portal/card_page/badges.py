"""The buttons "Add to Apple Wallet" and "Google Wallet".

Apple and Google allow only their own artwork for these buttons, unaltered, and it may not be
shipped with other software. The administrator puts the official files into ``data_dir/badges``;
without them the page has a plain link.
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
    """Return the button of a wallet; its picture is ``badges/apple-de.svg`` or ``apple.svg``.

    The English picture is used for a language that has none.
    """
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
    """Return a picture, or None if there is none or it cannot be used, which is logged."""
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
