"""The answer of this desk's own list of members, for when the service does not answer. Pure."""

from datetime import datetime
from enum import Enum, auto

from api_client.messages.scan import ScanAnswer, ScanPreview


class Doubt(Enum):
    """Why staff have to look themselves, although the list names somebody."""

    TOO_OLD = auto()
    """The list is older than this desk may decide by."""
    NOT_PROVED = auto()
    """The code names a card, and only the service can tell whether it is genuine."""
    NOT_LISTED = auto()
    """The list has nobody for this code, who may have joined since."""


class RosterAnswer(ScanAnswer):
    """What a desk's list says of a scan; the visit waits to be handed in.

    ``as_of``: the server time of the list. ``proved``: the code proves what it names as far as one
    online would. ``too_old``: the list is older than the desk may decide by. ``listed``: somebody
    in the list has the code, or it is known to be forged.
    """

    as_of: datetime
    proved: bool = True
    too_old: bool = False
    listed: bool = True

    @property
    def doubt(self) -> Doubt | None:
        """The gravest reason for which staff decide; None if the list may."""
        if not self.listed:
            return Doubt.NOT_LISTED
        if self.too_old:
            return Doubt.TOO_OLD
        return None if self.proved else Doubt.NOT_PROVED


def doubt_of(answer: ScanPreview) -> Doubt | None:
    """Return why staff have to decide about an answer; None for one of the service."""
    return answer.doubt if isinstance(answer, RosterAnswer) else None
