"""Converts messages of the service into rows of the lists beside the verdict. Pure."""

from api_client.messages.scan import CustomerHit, VisitView
from kiosk.details import outcome_word
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.views.rows import Row


def visit_row(visit: VisitView, texts: Texts, zone: str) -> Row:
    """Return the row of a recent visit; its time is in ``zone``."""
    word = outcome_word(visit.outcome, texts)
    undone = visit.undone_at is not None
    undone_word = texts.say("undone")
    return Row(
        key=str(visit.id),
        name=visit.name,
        beside=texts.clock(visit.at, zone),
        below=f"{visit.number} · {undone_word if undone else word}",
        tone=Tone(visit.outcome.value),
        struck=undone,
    )


def hit_row(hit: CustomerHit, texts: Texts) -> Row:
    """Return the row of a search result."""
    parts = [hit.customer.number, outcome_word(hit.outcome, texts)]
    if hit.plan:
        parts.append(hit.plan)
    return Row(
        key=str(hit.customer.id),
        name=hit.customer.name,
        beside="",
        below=" · ".join(parts),
        tone=Tone(hit.outcome.value),
    )
