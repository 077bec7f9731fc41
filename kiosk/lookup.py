"""How the desk learns who a card belongs to.

``Lookup`` is the seam between the scan and whoever answers it. Today the service answers; the
local roster that answers when the service is away will be another ``Lookup`` around this one.
"""

from typing import Protocol

from api_client.client import MembershipClient
from api_client.messages.scan import ScanAnswer, ScanRequest


class Lookup(Protocol):
    """Answers scans. Belongs to one thread."""

    def prepare(self) -> None:
        """Do beforehand what would make the first scan slower. Raises ``ApiError``."""
        ...

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        """Answer ``scan`` or raise ``ApiError``, within the deadline the object was made with."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class OnlineLookup:
    """Asks the membership service within ``deadline_s`` seconds."""

    def __init__(self, url: str, key: str, *, deadline_s: float) -> None:
        self._client = MembershipClient(url, key, deadline_s=deadline_s)

    def prepare(self) -> None:
        """Open the connection that scans will use."""
        self._client.desk()

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        """Record the scan at the service."""
        return self._client.record_scan(scan)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
