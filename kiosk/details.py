"""The sentence under the headline of a verdict: since when, until when, and what to do. Pure."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    MembershipView,
    Outcome,
    Reason,
    ScanAnswer,
    ScanPreview,
    UnknownCause,
)

from .roster_answer import Doubt, RosterAnswer, doubt_of
from .texts import Texts

_TICK = timedelta(microseconds=1)


def detail_of(answer: ScanPreview, texts: Texts) -> str:
    """Return the sentence under the headline."""
    match doubt_of(answer):
        case Doubt.NOT_LISTED:
            return texts.say(
                "Not in this desk's list of {time}. Ask again when online.",
                time=list_time(answer, texts),
            )
        case Doubt.TOO_OLD:
            return texts.say(
                "As of {time}: {outcome}.",
                time=list_time(answer, texts),
                outcome=outcome_word(answer.outcome, texts),
            )
        case _:
            return _DETAILS[answer.outcome](answer, texts)


def list_time(answer: ScanPreview, texts: Texts) -> str:
    """Return of when the list is that answered, with the day unless that is today."""
    if not isinstance(answer, RosterAnswer):
        return ""
    zone = ZoneInfo(answer.time_zone)
    day, today = answer.as_of.astimezone(zone).date(), answer.server_time.astimezone(zone).date()
    time = texts.clock(answer.as_of, answer.time_zone)
    return time if day == today else f"{texts.short_day(day, today)}, {time}"


def outcome_word(outcome: Outcome, texts: Texts) -> str:
    """Return an outcome in a word or two."""
    return {
        Outcome.ACTIVE: texts.say("active"),
        Outcome.EXPIRED: texts.say("expired"),
        Outcome.NO_MEMBERSHIP: texts.say("no membership"),
        Outcome.NOT_YET_STARTED: texts.say("not yet started"),
        Outcome.BLOCKED: texts.say("blocked"),
        Outcome.CARD_REVOKED: texts.say("card revoked"),
        Outcome.UNKNOWN_CODE: texts.say("unknown code"),
    }[outcome]


def _active(answer: ScanPreview, texts: Texts) -> str:
    held = answer.membership
    return valid_until(held, texts) if held else ""


def _expired(answer: ScanPreview, texts: Texts) -> str:
    held = answer.membership
    if held is None:
        return texts.say("The membership has ended.")
    if held.reason is Reason.ENDED_EARLY and held.ended_early_at is not None:
        day = texts.local_day(held.ended_early_at - _TICK, answer.time_zone)
        if held.ended_early_why:
            return texts.say("Ended early on {day}: {why}.", day=day, why=held.ended_early_why)
        return texts.say("Ended early on {day}.", day=day)
    if held.last_day is not None:
        return texts.say(
            "{plan} was good until {day}.", plan=held.plan, day=texts.day(held.last_day)
        )
    if held.ends_at is not None:
        day = texts.local_day(held.ends_at, answer.time_zone)
        return texts.say("{plan} ended on {day}.", plan=held.plan, day=day)
    return texts.say("The membership has ended.")


def _no_membership(answer: ScanPreview, texts: Texts) -> str:
    for membership in answer.memberships:
        if membership.reason is Reason.NO_SEAT and membership.company:
            return texts.say(
                "All seats of {company} are taken by earlier members.", company=membership.company
            )
    return texts.say("We know this person, but there is no membership.")


def _not_yet_started(answer: ScanPreview, texts: Texts) -> str:
    held = answer.membership
    if held is None:
        return texts.say("The membership has not started yet.")
    day = texts.local_day(held.starts_at, answer.time_zone)
    return texts.say("{plan} starts on {day}.", plan=held.plan, day=day)


def _blocked(_answer: ScanPreview, texts: Texts) -> str:
    return texts.say("Do not admit. Please ask a manager.")


def _revoked(answer: ScanPreview, texts: Texts) -> str:
    if answer.current_card is not None:
        day = texts.local_day(answer.current_card.issued_at, answer.time_zone)
        return texts.say("Old card. A newer one was issued on {day}.", day=day)
    return texts.say("This card is no longer good, and there is no other one.")


def _unknown(answer: ScanPreview, texts: Texts) -> str:
    if isinstance(answer, ScanAnswer) and answer.choices:
        return texts.say(
            "{count} members had this number before. Ask for the name, and choose in the list.",
            count=len(answer.choices),
        )
    match answer.unknown_cause:
        case UnknownCause.NOT_A_CARD:
            return texts.say("This is not a member card. Is it a ticket or a product?")
        case UnknownCause.FORGED:
            return texts.say("This code was altered or made by somebody else. Do not admit.")
        case UnknownCause.STALE:
            return texts.say(
                "This is an old code, such as a picture of a card. Open the card on the phone."
            )
        case UnknownCause.REPLAYED:
            return texts.say(
                "This code was scanned before. The phone shows a new one within 30 seconds."
            )
        case _:
            return texts.say("No card or member of this club has this code.")


_DETAILS: dict[Outcome, Callable[[ScanPreview, Texts], str]] = {
    Outcome.ACTIVE: _active,
    Outcome.EXPIRED: _expired,
    Outcome.NO_MEMBERSHIP: _no_membership,
    Outcome.NOT_YET_STARTED: _not_yet_started,
    Outcome.BLOCKED: _blocked,
    Outcome.CARD_REVOKED: _revoked,
    Outcome.UNKNOWN_CODE: _unknown,
}


def valid_until(held: MembershipView, texts: Texts) -> str:
    """Return until when a membership is good."""
    if held.last_day is not None:
        return texts.say("Valid until {day}", day=texts.day(held.last_day))
    return texts.say("No end date")
