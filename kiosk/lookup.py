"""Look-up of scans.

``Lookup`` is the interface between a scan and what answers it. Today that is the service; a local
roster for the time when the service is away will be another ``Lookup`` around this one.
"""

from typing import Protocol

from api_client.client import MembershipClient
from api_client.messages.scan import ScanAnswer, ScanRequest


class Lookup(Protocol):
    """Answers scans. Used by one thread."""

    def prepare(self) -> None:
        """Do in advance what would slow down the first scan. Raises ``ApiError``."""
        ...

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        """Return the answer to ``scan`` within the deadline of this object. Raises ``ApiError``."""
        ...

    def interrupt(self) -> None:
        """Let a look-up that retries fail now. May be called from any thread."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...


class OnlineLookup:
    """Sends scans to the membership service; each takes at most ``deadline_s`` seconds."""

    def __init__(self, url: str, key: str, *, deadline_s: float) -> None:
        self._client = MembershipClient(url, key, deadline_s=deadline_s)

    def prepare(self) -> None:
        """Open the connection that scans use. Raises ``ApiError``."""
        self._client.desk()

    def look_up(self, scan: ScanRequest) -> ScanAnswer:
        """Record the scan at the service and return its answer. Raises ``ApiError``."""
        return self._client.record_scan(scan)

    def interrupt(self) -> None:
        """Stop retrying: the service moved to another address."""
        self._client.stop_retrying()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
