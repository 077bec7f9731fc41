"""Keeps what a desk knows about its hand scanner, in a file of the kiosk's data folder.

The file holds paces, shapes and a port; no code that was scanned.
"""

from hashlib import sha256
from pathlib import Path

import structlog

from .private_file import write_private
from .scanner_profile import ScannerProfile

log = structlog.get_logger(__name__)


class ProfileStore:
    """The profile of the desk ``desk``. Without a ``folder`` nothing is kept."""

    def __init__(self, folder: Path | None, desk: str) -> None:
        name = sha256(desk.encode()).hexdigest()[:12]
        self._file = folder / f"hand-scanner-{name}.json" if folder is not None else None

    def load(self) -> ScannerProfile | None:
        """Return what was stored; None if there is nothing that can be read, which is logged."""
        if self._file is None or not self._file.exists():
            return None
        try:
            return ScannerProfile.model_validate_json(self._file.read_bytes())
        except (OSError, ValueError) as error:
            log.warning("hand scanner's profile cannot be read", error=repr(error))
            return None

    def save(self, profile: ScannerProfile) -> bool:
        """Store a profile in place of the one before. Returns False if it cannot, which is logged.

        The kiosk runs without it too, until its next start.
        """
        if self._file is None:
            return True
        try:
            write_private(self._file, profile.model_dump_json(), secret=False)
        except OSError as error:
            log.warning("hand scanner's profile cannot be stored", error=repr(error))
            return False
        return True
