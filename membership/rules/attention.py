"""Notices for the desk beside an outcome."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api_client.messages.scan import (
    LATER_KINDS,
    Attention,
    AttentionKind,
    NamedBy,
    Outcome,
    Reason,
)
from membership.rules.instants import last_day_before, local_day
from membership.rules.outcome import Decision, Judged
from membership.rules.permissions import covered_until

_LEAP_DAY = (2, 29)

ANYBODY_MAKES = frozenset({NamedBy.NUMBER, NamedBy.CUSTOMER_ID, NamedBy.INSTALL_LINK})
"""Codes that anybody can make: they name a customer, and prove nothing."""

_IN_WORDS = {
    AttentionKind.BY_NUMBER: "By number: compare the photo.",
    AttentionKind.OLD_CODE: "The code is of an old form.",
}
"""A kind as a sentence, for a desk that does not know it."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When something begins to deserve notice: days before an end, minutes after a visit."""

    expires_soon_days: int
    seen_recently_minutes: int


def attention(
    decision: Decision,
    now: datetime,
    zone: ZoneInfo,
    thresholds: Thresholds,
    *,
    desk_note: str | None = None,
    birth_date: date | None = None,
    last_visit_at: datetime | None = None,
    only_named: bool = False,
    old_form: bool = False,
) -> tuple[Attention, ...]:
    """Return what to notice, most pressing first: who it is, payment, end, note, visit, birthday.

    A desk note is shown with every customer, for it matters most beside a refusal. All else
    is shown beside an active membership only. ``last_visit_at`` is the visit before this one.
    ``only_named``: what was read names the customer and does not prove that it is them;
    ``old_form``: it proves that, in a form that is taken for some time only.

    Raises:
        NaiveTimeError: a time has no zone.
    """
    if decision.outcome is Outcome.UNKNOWN_CODE:
        return ()
    note = (desk_note or "").strip()
    found = [_notice(AttentionKind.DESK_NOTE, text=note) if note else None]
    if decision.outcome is Outcome.ACTIVE:
        today = local_day(now, zone)
        found = [
            _notice(AttentionKind.BY_NUMBER) if only_named else None,
            _notice(AttentionKind.OLD_CODE) if old_form else None,
            _payment_overdue(decision),
            _expires_soon(decision, now, zone, thresholds.expires_soon_days),
            *found,
            _seen_recently(last_visit_at, now, thresholds.seen_recently_minutes),
            _birthday(birth_date, today),
        ]
    return tuple(each for each in found if each is not None)


def known_kinds(found: tuple[Attention, ...], known: Collection[str]) -> tuple[Attention, ...]:
    """Return ``found`` for a desk that knows the first kinds, and of the later ones ``known``.

    Such a desk refuses an answer with another kind. It is sent as the desk note, before the text
    of the customer's own one, since older desks show one note only.
    """
    unknown = [each for each in found if each.kind in LATER_KINDS and each.kind not in known]
    if not unknown:
        return found
    rest = [each for each in found if each not in unknown]
    own = next((each for each in rest if each.kind is AttentionKind.DESK_NOTE), None)
    words = [_IN_WORDS[each.kind] for each in unknown]
    text = " ".join([*words, own.text] if own is not None and own.text else words)
    note = _notice(AttentionKind.DESK_NOTE, text=text)
    return (note, *(each for each in rest if each is not own))


def _notice(
    kind: AttentionKind,
    *,
    days: int | None = None,
    minutes: int | None = None,
    text: str | None = None,
) -> Attention:
    """Return one thing to notice, unset where its kind needs nothing."""
    return Attention(kind=kind, days=days, minutes=minutes, text=text)


def _payment_overdue(decision: Decision) -> Attention | None:
    """Notice if any membership that grants is behind with its payment."""
    return _notice(AttentionKind.PAYMENT_OVERDUE) if is_overdue(decision) else None


def is_overdue(decision: Decision) -> bool:
    """Return whether any membership that grants is behind with its payment."""
    reasons = {judged.standing.reason for judged in decision.memberships}
    return Reason.PAYMENT_OVERDUE in reasons


def _expires_soon(
    decision: Decision, now: datetime, zone: ZoneInfo, threshold: int
) -> Attention | None:
    """Notice if the customer's cover ends within ``threshold`` days."""
    days = days_left(decision, now, zone)
    if days is None or days > threshold:
        return None
    return _notice(AttentionKind.EXPIRES_SOON, days=days)


def days_left(decision: Decision, now: datetime, zone: ZoneInfo) -> int | None:
    """Return the whole days until the cover of an active customer ends; None if it does not.

    The cover, not the membership: who has already renewed, or holds another membership that
    runs on, needs no reminder; nor does one whose membership is about to renew by itself.
    """
    if decision.outcome is not Outcome.ACTIVE or any(map(_renews, decision.memberships)):
        return None
    until = covered_until((judged.entitlement for judged in decision.memberships), now)
    if until is None:
        return None
    return (last_day_before(until, zone) - local_day(now, zone)).days


def _renews(judged: Judged) -> bool:
    """Return whether a membership that grants is expected to renew automatically."""
    standing = judged.standing
    overdue = standing.reason is Reason.PAYMENT_OVERDUE
    return standing.grants and judged.entitlement.renews and not overdue


def _seen_recently(last: datetime | None, now: datetime, threshold: int) -> Attention | None:
    """Notice a visit at most ``threshold`` minutes ago.

    A visit that lies ahead by no more than that, after a clock was set back, was just now.
    """
    if last is None or abs(now - last) > timedelta(minutes=threshold):
        return None
    minutes = max(now - last, timedelta()) // timedelta(minutes=1)
    return _notice(AttentionKind.SEEN_RECENTLY, minutes=minutes)


def _birthday(birth_date: date | None, today: date) -> Attention | None:
    """Notice a birthday today."""
    if birth_date is None or not is_birthday(birth_date, today):
        return None
    return _notice(AttentionKind.BIRTHDAY)


def is_birthday(birth_date: date, today: date) -> bool:
    """Return whether ``today`` is a birthday of somebody born on ``birth_date``.

    Who was born on 29 February celebrates on the 28th in common years, which is also where
    the month arithmetic of memberships puts that day. The day of birth itself is none.
    """
    if today.year <= birth_date.year:
        return False
    born = (birth_date.month, birth_date.day)
    if born == _LEAP_DAY and not _is_leap(today.year):
        born = (2, 28)
    return (today.month, today.day) == born


def _is_leap(year: int) -> bool:
    """Return whether ``year`` has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
