"""Client of the list of members."""

import time
from collections.abc import Mapping

from api_client.messages.members import MemberCount, MemberPage

from .client import MembershipClient

EXPORT_S = 120.0
MOST_EXPORTED = 256 * 1024 * 1024


class MembersClient(MembershipClient):
    """Requests of the list of members. ``wanted`` are its filters, as in the OpenAPI description.

    Raises the errors of ``api_client.errors``.
    """

    def members(
        self,
        wanted: Mapping[str, str],
        cursor: str | None = None,
        *,
        sort: str = "number",
        skip: int = 0,
        limit: int = 100,
    ) -> MemberPage:
        """Return a page; ``skip`` rows after the cursor are passed over."""
        params: dict[str, str | int] = {**wanted, "sort": sort, "skip": skip, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        return self._ask(MemberPage, "GET", "/v1/members", params=params)

    def count_members(self, wanted: Mapping[str, str]) -> MemberCount:
        """Return how many members there are, as far as they are counted."""
        params = dict(wanted)
        return self._ask(MemberCount, "GET", "/v1/members/count", params=params)

    def export_members(self, wanted: Mapping[str, str], *, sort: str = "number") -> bytes:
        """Return the list as CSV, with a byte-order mark for spreadsheets.

        Of a large club it may take ``EXPORT_S`` seconds and have ``MOST_EXPORTED`` bytes.
        """
        params = {**wanted, "sort": sort, "bom": "true"}
        end = time.monotonic() + EXPORT_S
        path = "/v1/members/export"
        return self._fetch("GET", path, end=end, params=params, most=MOST_EXPORTED)[1]
