"""The headline of a verdict: its reason, with the day if there is one. Pure."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    Attention,
    AttentionKind,
    MembershipView,
    Outcome,
    Reason,
    ScanAnswer,
    ScanPreview,
    UnknownCause,
)

from .roster_answer import Doubt, doubt_of
from .style import Tone
from .texts import Texts

FEW_DAYS = 3
"""Days before an end in which it is said in amber: the next visit may be too late."""
_TICK = timedelta(microseconds=1)


def tone_of(answer: ScanPreview) -> Tone:
    """Return the tone; of an active membership amber if something needs an act.

    What this desk's own list says is never green where the list may not decide.
    """
    doubt = doubt_of(answer)
    if doubt is Doubt.NOT_LISTED:
        return Tone.COULD_NOT_CHECK
    if doubt is Doubt.TOO_OLD or (doubt is not None and answer.outcome is Outcome.ACTIVE):
        return Tone.ATTENTION
    if answer.outcome is Outcome.ACTIVE and urgent(answer) is not None:
        return Tone.ATTENTION
    return Tone(answer.outcome.value)


def urgent(answer: ScanPreview) -> Attention | None:
    """Return the most pressing notice that needs an act of staff; None if there is none.

    A desk note does: it is there to be read. A birthday, a visit of before and an end that is not
    near do not.
    """
    return next((each for each in answer.attention if _needs_act(each)), None)


def headline_of(answer: ScanPreview, texts: Texts) -> str:
    """Return the reason of an outcome in a few capitals."""
    say = texts.say
    match doubt_of(answer):
        case Doubt.NOT_LISTED:
            return say("NOT IN THE LIST")
        case Doubt.TOO_OLD:
            return say("PLEASE DECIDE")
        case Doubt.NOT_PROVED if answer.outcome is Outcome.ACTIVE:
            return say("CODE NOT PROVED")
    match answer.outcome:
        case Outcome.ACTIVE:
            return _active(answer, texts)
        case Outcome.EXPIRED:
            return _expired(answer, texts)
        case Outcome.NO_MEMBERSHIP:
            full = any(each.reason is Reason.NO_SEAT for each in answer.memberships)
            return say("NO SEAT FREE") if full else say("NO MEMBERSHIP")
        case Outcome.NOT_YET_STARTED:
            if answer.membership is None:
                return say("NOT YET STARTED")
            return say("STARTS {day}", day=_day_of_start(answer.membership, answer, texts))
        case Outcome.BLOCKED:
            return say("BLOCKED")
        case Outcome.CARD_REVOKED:
            replaced = answer.current_card is not None
            return say("CARD REPLACED") if replaced else say("CARD REVOKED")
        case Outcome.UNKNOWN_CODE:
            return _unknown(answer, texts)


def _needs_act(attention: Attention) -> bool:
    match attention.kind:
        case AttentionKind.BIRTHDAY | AttentionKind.SEEN_RECENTLY:
            return False
        case AttentionKind.EXPIRES_SOON:
            return (attention.days or 0) <= FEW_DAYS
        case _:
            return True


def _active(answer: ScanPreview, texts: Texts) -> str:
    say, pressing = texts.say, urgent(answer)
    match None if pressing is None else pressing.kind:
        case AttentionKind.BY_NUMBER:
            pictured = answer.customer is not None and answer.customer.photo_path is not None
            return say("COMPARE PHOTO") if pictured else say("ASK FOR THE NAME")
        case AttentionKind.OLD_CODE:
            return say("OLD CODE")
        case AttentionKind.PAYMENT_OVERDUE:
            return say("PAYMENT OVERDUE")
        case AttentionKind.EXPIRES_SOON:
            days = (pressing.days if pressing is not None else None) or 0
            if days == 0:
                return say("LAST DAY TODAY")
            return texts.say_many("{count} DAY LEFT", "{count} DAYS LEFT", days)
        case AttentionKind.DESK_NOTE:
            return say("READ THE NOTE")
        case _:
            return say("ACTIVE")


def _expired(answer: ScanPreview, texts: Texts) -> str:
    held, zone = answer.membership, ZoneInfo(answer.time_zone)
    if held is None:
        return texts.say("EXPIRED")
    if held.reason is Reason.ENDED_EARLY and held.ended_early_at is not None:
        last = (held.ended_early_at - _TICK).astimezone(zone).date()
        return texts.say("ENDED {day}", day=_capitals(last, answer, texts))
    last_day = held.last_day
    if last_day is None and held.ends_at is not None:
        last_day = (held.ends_at - _TICK).astimezone(zone).date()
    if last_day is None:
        return texts.say("EXPIRED")
    return texts.say("EXPIRED {day}", day=_capitals(last_day, answer, texts))


def _unknown(answer: ScanPreview, texts: Texts) -> str:
    if isinstance(answer, ScanAnswer) and answer.choices:
        return texts.say("WHOSE NUMBER IS THIS?")
    match answer.unknown_cause:
        case UnknownCause.FORGED:
            return texts.say("NOT GENUINE")
        case UnknownCause.STALE:
            return texts.say("CODE NOT CURRENT")
        case UnknownCause.REPLAYED:
            return texts.say("CODE ALREADY USED")
        case _:
            return texts.say("UNKNOWN CODE")


def _day_of_start(held: MembershipView, answer: ScanPreview, texts: Texts) -> str:
    first = held.starts_at.astimezone(ZoneInfo(answer.time_zone)).date()
    return _capitals(first, answer, texts)


def _capitals(day: date, answer: ScanPreview, texts: Texts) -> str:
    """Return a day in short, with its year unless that is the present one where the club is."""
    today = answer.server_time.astimezone(ZoneInfo(answer.time_zone)).date()
    return texts.short_day(day, today).upper()
