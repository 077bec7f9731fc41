"""Client of what a desk loads and hands in for the time without the service."""

from collections.abc import Sequence

from api_client.client import MembershipClient
from api_client.messages.roster import RosterPage
from api_client.messages.visit_batch import BatchAnswer, OfflineVisit, VisitBatch

PAGE_ROWS = 200
"""Customers of a page, so that one is small beside the most that a client reads."""


class DeskSyncClient(MembershipClient):
    """Loads the roster, and hands in visits. Used by one thread."""

    def roster_page(self, cursor: str, *, limit: int = PAGE_ROWS) -> RosterPage:
        """Return the customers after ``cursor``; empty for the beginning."""
        asked = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        return self._ask(RosterPage, "GET", "/v1/roster", params=asked)

    def hand_in(self, visits: Sequence[OfflineVisit]) -> BatchAnswer:
        """Hand in visits, at most 100. Returns what became of each, in their order."""
        body = VisitBatch(visits=tuple(visits)).model_dump(mode="json")
        return self._ask(BatchAnswer, "POST", "/v1/visits/batch", body=body)
