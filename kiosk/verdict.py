"""Turns the outcome of a scan into what the desk shows and plays. Pure: no widgets, no clock.

A person who was identified is shown first, whatever the outcome.
"""

from dataclasses import dataclass, replace
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
    VisitView,
)

from .details import detail_of, list_time, outcome_word, valid_until
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
        detail=detail_of(answer, texts),
        person=_person(answer.customer) if answer.customer else None,
        facts=_facts(answer, texts),
        desk_note=_desk_note(answer, texts),
        notes=_notes(answer, in_headline, texts),
        permissions=tuple(permission.label for permission in answer.permissions),
        answered=texts.clock(answer.server_time, answer.time_zone),
        offers=offers,
        dwell_s=_DWELL_S.get(tone, _DWELL_DEFAULT_S),
    )


def _notes(
    answer: ScanPreview, in_headline: frozenset[AttentionKind], texts: Texts
) -> tuple[str, ...]:
    """Return the notes: of when the list is that answered, and what the code does not prove."""
    notes = [
        _note(attention, answer, texts)
        for attention in answer.attention
        if attention.kind not in in_headline
    ]
    if not isinstance(answer, RosterAnswer):
        return tuple(notes)
    of_list = []
    if doubt_of(answer) not in {Doubt.TOO_OLD, Doubt.NOT_LISTED}:  # those say it larger
        of_list.append(texts.say("Offline, as of {time}", time=list_time(answer, texts)))
    if not answer.proved:
        of_list.append(texts.say("Code not proved offline"))
    return (*of_list, *notes)


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


def _person(customer: CustomerView) -> Person:
    return Person(customer.name, customer.number, initials(customer.name), customer.photo_path)


def initials(name: str) -> str:
    """Return the first letters of the first and last word of a name, in place of a photo."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in ends).upper() or "?"


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
        return valid_until(held, texts)
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
