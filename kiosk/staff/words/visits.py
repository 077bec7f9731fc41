"""Visits of one customer as rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api_client.messages.scan import NamedBy, VisitView
from kiosk.details import outcome_word
from kiosk.texts import Texts


@dataclass(frozen=True)
class HistoryLine:
    """A row of a history: when and what, and details below; ``struck`` does not count."""

    title: str
    below: tuple[str, ...] = ()
    struck: bool = False


def visit_lines(visits: Sequence[VisitView], texts: Texts, zone: str) -> tuple[HistoryLine, ...]:
    """Return visits as rows, with times in ``zone``."""
    return tuple(_line(visit, texts, zone) for visit in visits)


def _line(visit: VisitView, texts: Texts, zone: str) -> HistoryLine:
    say = texts.say
    at = f"{texts.local_day(visit.at, zone)}, {texts.clock(visit.at, zone)}"
    named = say("by number") if visit.named_by in _BY_NUMBER else ""
    undone = say("undone") if visit.undone_at is not None else ""
    parts = (outcome_word(visit.outcome, texts), visit.desk, named, undone)
    return HistoryLine(at, (" · ".join(filter(None, parts)),), visit.undone_at is not None)


_BY_NUMBER = {NamedBy.NUMBER}
