"""What is put on screen of the answer to a scan, and of one that comes after this desk's list.

Pure.
"""

from dataclasses import replace

import structlog

from api_client.messages.scan import ScanAnswer

from .details import outcome_word
from .failures import Cause, Failure
from .foreign_read import foreign_read
from .headlines import headline_of, tone_of
from .pending_scan import DisplayedScan, PendingScan, noted
from .roster_answer import RosterAnswer
from .texts import Texts
from .verdict import verdict_of, verdict_of_failure

log = structlog.get_logger(__name__)


def displayed(scan: PendingScan, answer: ScanAnswer, now_s: float, texts: Texts) -> DisplayedScan:
    """Return what to show of an answer: that the kiosk failed, if it cannot be shown."""
    try:
        gives = foreign_read(scan.request, answer) is not None
        verdict = verdict_of(answer, texts, gives=gives)
        return DisplayedScan(noted(verdict, scan, now_s, texts), scan, answer)
    except Exception as error:
        log.exception("answer cannot be shown", visit=str(answer.visit_id))
        failure = Failure(Cause.INTERNAL, repr(error))
        return DisplayedScan(verdict_of_failure(failure, texts), scan, None)


def corrected(scan: PendingScan, answer: ScanAnswer, now_s: float, texts: Texts) -> DisplayedScan:
    """Return what to show of an answer that differs from that of the list, and that it does."""
    shown = displayed(scan, answer, now_s, texts)
    note = texts.say("Corrected: the service has answered")
    verdict = replace(shown.verdict, notes=(note, *shown.verdict.notes))
    return replace(shown, verdict=verdict)


def correction(before: RosterAnswer, answer: ScanAnswer, texts: Texts) -> str:
    """Return in a sentence how an answer differs from that of the list; empty if it does not."""
    same = (
        tone_of(before) is tone_of(answer)
        and headline_of(before, texts) == headline_of(answer, texts)
        and before.customer == answer.customer
    )
    if same:
        return ""
    person = answer.customer or before.customer
    return texts.say(
        "{name}: {outcome}, says the service now.",
        name=texts.say("Unknown") if person is None else person.name,
        outcome=outcome_word(answer.outcome, texts),
    )
