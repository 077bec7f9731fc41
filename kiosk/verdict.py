"""Turns the outcome of a scan into what the desk shows and plays. Pure: no widgets, no clock.

A person who was identified is shown first, whatever the outcome.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    LATER_KINDS,
    Attention,
    AttentionKind,
    CustomerView,
    MembershipView,
    NamedBy,
    Outcome,
    Reason,
    ScanAnswer,
    ScanPreview,
    Status,
    UnknownCause,
    VisitView,
)

from .failures import Failure
from .headlines import headline_of, tone_of, urgent
from .offers import Offer, offers_of, offers_of_failure
from .roster_answer import Doubt, RosterAnswer, doubt_of
from .style import Tone
from .texts import Texts


@dataclass(frozen=True)
class Person:
    """The person at the desk."""

    name: str
    number: str
    initials: str
    photo_path: str | None


@dataclass(frozen=True)
class Fact:
    """A labelled line under the headline."""

    label: str
    value: str


@dataclass(frozen=True)
class Verdict:
    """What the verdict panel paints and plays.

    ``as_of``: of when this desk's list is, if that answered; empty for the service.
    ``offers``: what staff may do about it, on buttons. ``recorded``: whether it is that of a visit,
    and not of somebody who was looked up. ``dwell_s``: how long it stays, in seconds.
    """

    tone: Tone
    headline: str
    detail: str
    person: Person | None = None
    facts: tuple[Fact, ...] = ()
    desk_note: str = ""
    notes: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    answered: str = ""
    as_of: str = ""
    offers: tuple[Offer, ...] = ()
    recorded: bool = True
    dwell_s: float = 8.0

    @property
    def sound(self) -> str:
        """Name of the sound, one per tone."""
        return self.tone.value

    @property
    def spoken(self) -> str:
        """The verdict in one text for a screen reader."""
        who = f"{self.person.name}: " if self.person else ""
        parts = (self.headline, self.detail, self.desk_note, *self.notes)
        return who + ". ".join(part.rstrip(".") for part in parts if part) + "."


_DWELL_S = {
    Tone.ACTIVE: 6.0,
    Tone.ATTENTION: 12.0,
    Tone.UNKNOWN_CODE: 8.0,
    Tone.COULD_NOT_CHECK: 30.0,
}
_DWELL_DEFAULT_S = 20.0
_DWELL_LOOKED_UP_S = 60.0
_IN_HEADLINE = frozenset({AttentionKind.DESK_NOTE})
"""Kinds that are not among the notes: the desk note has a place of its own."""
KNOWN_KINDS = tuple(sorted(LATER_KINDS))
"""The kinds of attention that this desk can show, for its requests."""
_TICK = timedelta(microseconds=1)


def verdict_of(answer: ScanAnswer, texts: Texts, *, gives: bool = False) -> Verdict:
    """Return the verdict for the service's answer; ``gives``: its code can be given to a member.

    One that staff have to decide about, or with people to choose from, stays longer.
    """
    verdict = _verdict(answer, texts, offers_of(answer, texts, gives=gives))
    if gives or answer.choices:
        return replace(verdict, dwell_s=_DWELL_DEFAULT_S)
    return verdict


def verdict_of_preview(preview: ScanPreview, texts: Texts, visit: VisitView | None) -> Verdict:
    """Return what is shown of somebody who was looked up, by a ``visit`` of theirs or without.

    Nobody was checked in by it, and it says so.
    """
    said = texts.say("Not checked in")
    if visit is not None:
        said = _of_visit(visit, preview, texts)
    verdict = _verdict(preview, texts, offers_of(preview, texts, recorded=False, visit=visit))
    notes = (said, *verdict.notes)
    return replace(verdict, notes=notes, recorded=False, dwell_s=_DWELL_LOOKED_UP_S)


def verdict_of_failure(failure: Failure, texts: Texts) -> Verdict:
    """Return the verdict for a failed look-up. It states nothing about any membership."""
    return Verdict(
        tone=Tone.COULD_NOT_CHECK,
        headline=texts.say("COULD NOT CHECK"),
        detail=failure.sentence(texts),
        notes=(texts.say("This says nothing about the membership."),),
        offers=offers_of_failure(failure, texts),
        dwell_s=_DWELL_S[Tone.COULD_NOT_CHECK],
    )


def _verdict(answer: ScanPreview, texts: Texts, offers: tuple[Offer, ...]) -> Verdict:
    tone, pressing = tone_of(answer), urgent(answer)
    in_headline = _IN_HEADLINE if pressing is None else _IN_HEADLINE | _alone(pressing)
    return Verdict(
        tone=tone,
        headline=headline_of(answer, texts),
        detail=_detail(answer, texts),
        person=_person(answer.customer) if answer.customer else None,
        facts=_facts(answer, texts),
        desk_note=_desk_note(answer, texts),
        notes=_notes(answer, in_headline, texts),
        permissions=tuple(permission.label for permission in answer.permissions),
        answered=texts.clock(answer.server_time, answer.time_zone),
        as_of=_as_of(answer, texts),
        offers=offers,
        dwell_s=_DWELL_S.get(tone, _DWELL_DEFAULT_S),
    )


def _detail(answer: ScanPreview, texts: Texts) -> str:
    """Return the sentence under the headline."""
    match doubt_of(answer):
        case Doubt.NOT_LISTED:
            return texts.say(
                "Not in this desk's list of {time}. Ask again when online.",
                time=_as_of(answer, texts),
            )
        case Doubt.TOO_OLD:
            return texts.say(
                "As of {time}: {outcome}.",
                time=_as_of(answer, texts),
                outcome=outcome_word(answer.outcome, texts),
            )
        case _:
            return _DETAILS[answer.outcome](answer, texts)


def _notes(
    answer: ScanPreview, in_headline: frozenset[AttentionKind], texts: Texts
) -> tuple[str, ...]:
    """Return the notes: what the code does not prove first."""
    notes = [
        _note(attention, answer, texts)
        for attention in answer.attention
        if attention.kind not in in_headline
    ]
    if isinstance(answer, RosterAnswer) and not answer.proved:
        notes.insert(0, texts.say("Code not proved offline"))
    return tuple(notes)


def _as_of(answer: ScanPreview, texts: Texts) -> str:
    """Return of when the list is that answered, with the day unless that is today."""
    if not isinstance(answer, RosterAnswer):
        return ""
    zone = ZoneInfo(answer.time_zone)
    day, today = answer.as_of.astimezone(zone).date(), answer.server_time.astimezone(zone).date()
    time = texts.clock(answer.as_of, answer.time_zone)
    return time if day == today else f"{texts.short_day(day, today)}, {time}"


def _alone(pressing: Attention) -> frozenset[AttentionKind]:
    """Return the kind of a notice of which the headline says all there is to say."""
    says_all = pressing.kind in {AttentionKind.PAYMENT_OVERDUE, AttentionKind.EXPIRES_SOON}
    return frozenset({pressing.kind}) if says_all else frozenset()


def _of_visit(visit: VisitView, preview: ScanPreview, texts: Texts) -> str:
    """Return when a visit was, what it was, and what became of it."""
    zone = preview.time_zone
    at, word = texts.clock(visit.at, zone), outcome_word(visit.outcome, texts)
    if texts.local_day(visit.at, zone) != texts.local_day(preview.server_time, zone):
        at = f"{texts.local_day(visit.at, zone)}, {at}"
    if visit.undone_at is not None:
        return texts.say("Visit at {time}: {outcome}, undone", time=at, outcome=word)
    return texts.say("Visit at {time}: {outcome}", time=at, outcome=word)


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


def _person(customer: CustomerView) -> Person:
    return Person(customer.name, customer.number, initials(customer.name), customer.photo_path)


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, in place of a photo."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper() or "?"


def _active(answer: ScanPreview, texts: Texts) -> str:
    held = answer.membership
    return _valid_until(held, texts) if held else ""


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


def _valid_until(held: MembershipView, texts: Texts) -> str:
    if held.last_day is not None:
        return texts.say("Valid until {day}", day=texts.day(held.last_day))
    return texts.say("No end date")


def _facts(answer: ScanPreview, texts: Texts) -> tuple[Fact, ...]:
    facts = []
    held = answer.membership
    if held is not None:
        facts.append(Fact(texts.say("Plan"), held.plan))
        if held.company:
            facts.append(Fact(texts.say("Company"), held.company))
    if held is not None and answer.outcome in _OTHER_THAN_STATUS:
        facts.append(Fact(texts.say("Membership"), _standing(held, answer, texts)))
    others = [m.plan for m in answer.memberships if m.id != (held and held.id) and _grants(m)]
    if others:
        facts.append(Fact(texts.say("Also"), ", ".join(dict.fromkeys(others))))
    if answer.card is not None and answer.outcome not in _OTHER_THAN_STATUS:
        facts.append(Fact(texts.say("Card"), answer.card.label))
    if answer.visits is not None:
        facts.append(Fact(texts.say("Visits"), _visits(answer, texts)))
    return tuple(facts)


_OTHER_THAN_STATUS = frozenset({Outcome.BLOCKED, Outcome.CARD_REVOKED})
"""Outcomes that say nothing of the membership, which is stated beside them."""


def _standing(held: MembershipView, answer: ScanPreview, texts: Texts) -> str:
    """Return the state of a membership in a few words."""
    if held.status is None:
        day = texts.local_day(held.starts_at, answer.time_zone)
        return texts.say("Starts on {day}", day=day)
    if held.status is Status.ACTIVE:
        return _valid_until(held, texts)
    return outcome_word(Outcome.EXPIRED, texts)


def _grants(membership: MembershipView) -> bool:
    return membership.status is Status.ACTIVE and membership.reason is not Reason.NO_SEAT


def _desk_note(answer: ScanPreview, texts: Texts) -> str:
    """Return the desk note in full, since it may name whom to call."""
    for attention in answer.attention:
        if attention.kind is AttentionKind.DESK_NOTE and attention.text:
            return texts.say("Note: {text}", text=attention.text)
    return ""


def _visits(answer: ScanPreview, texts: Texts) -> str:
    visits = answer.visits
    assert visits is not None  # noqa: S101 - asked by the caller
    if visits.previous_at is None:
        return texts.say("first visit")
    zone = ZoneInfo(answer.time_zone)
    last, today = visits.previous_at.astimezone(zone).date(), answer.server_time.astimezone(zone)
    day = texts.short_day(last, today.date())
    return texts.say("{count}, last on {day}", count=visits.total, day=day)


def _has_photo(answer: ScanPreview) -> bool:
    return answer.customer is not None and answer.customer.photo_path is not None


def _by_number(answer: ScanPreview, texts: Texts) -> str:
    """Return what was read instead of a card, and what to do about it."""
    if not _has_photo(answer):
        return texts.say("By number, and there is no photo: ask for the name")
    match answer.named_by:
        case NamedBy.CUSTOMER_ID:
            return texts.say("By customer ID: compare the photo")
        case NamedBy.CARD | NamedBy.SIGNED_CARD:
            return texts.say("Not the changing code of the card: compare the photo")
        case NamedBy.INSTALL_LINK:
            return texts.say("By the link to a card: compare the photo")
        case _:
            return texts.say("By number: compare the photo")


def _note(attention: Attention, answer: ScanPreview, texts: Texts) -> str:
    match attention.kind:
        case AttentionKind.BY_NUMBER:
            return _by_number(answer, texts)
        case AttentionKind.OLD_CODE:
            return texts.say("Ask to open the card again")
        case AttentionKind.EXPIRES_SOON:
            days = attention.days or 0
            if days == 0:
                return texts.say("Today is the last day")
            return texts.say_many("Expires in {count} day", "Expires in {count} days", days)
        case AttentionKind.PAYMENT_OVERDUE:
            return texts.say("Payment overdue")
        case AttentionKind.BIRTHDAY:
            return texts.say("Birthday today")
        case AttentionKind.SEEN_RECENTLY:
            minutes = attention.minutes or 0
            if minutes == 0:
                return texts.say("Seen a moment ago")
            return texts.say_many("Seen {count} minute ago", "Seen {count} minutes ago", minutes)
        case AttentionKind.DESK_NOTE:
            return texts.say("Note: {text}", text=attention.text or "")
