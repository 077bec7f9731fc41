"""Texts about memberships, plans and prices, from messages of the service. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from babel.numbers import format_currency, get_currency_precision

from api_client.messages.management import (
    IntervalMessage,
    IntervalUnit,
    LinkView,
    PlanView,
    ProfileMembership,
    SoldView,
)
from api_client.messages.scan import MembershipView, Reason, Status
from kiosk.staff.words.periods import change_words, period_lines
from kiosk.style import Tone
from kiosk.texts import Texts


@dataclass(frozen=True)
class MembershipLine:
    """A membership of a profile: its texts, and what can be done with it.

    One that a subscription pays for has its order's id, and the state of it in ``billing``.
    ``history`` says since when and when before; ``change`` is the last change, which ``change_id``
    names, while it can be undone. ``etag`` is the state that an act on it is of.
    """

    id: UUID
    plan: str
    status: str
    tone: Tone
    source: str
    period: str
    note: str = ""
    history: tuple[str, ...] = ()
    change: str = ""
    change_id: UUID | None = None
    company_id: UUID | None = None
    last_day: date | None = None
    can_renew: bool = False
    can_extend: bool = False
    can_end: bool = False
    can_pay: bool = False
    billing: str = ""
    order_id: UUID | None = None
    etag: str = ""


def held_line(
    held: MembershipView, links: Sequence[LinkView], texts: Texts, zone: str
) -> MembershipLine:
    """Return a customer's membership. An inherited one is changed at its company."""
    own = held.company is None
    by_name = {link.company: link.company_id for link in links if link.valid_until is None}
    source = texts.say("own membership")
    if held.company is not None:
        source = texts.say("through {company}", company=held.company)
    return _line(
        held, texts, zone, source=source, company_id=by_name.get(held.company or ""), own=own
    )


def sold_line(sold: SoldView, texts: Texts, zone: str) -> MembershipLine:
    """Return a membership as it was sold to a company."""
    price = money(sold.price_minor, sold.currency, texts)
    if sold.billing is not None:
        price = f"{price} {interval(sold.billing, texts)}"
    return _line(sold, texts, zone, source=price, company_id=None, own=True)


def held_twice(
    memberships: Sequence[ProfileMembership] | Sequence[SoldView], texts: Texts
) -> dict[UUID, str]:
    """Return a note for each membership beside which its owner has another of the same plan.

    Of the owner's own, those that have not ended, and for a part of the same time: after a second
    sale, an end that was withdrawn or undone, a merge or an import.
    """
    own = [
        each
        for each in memberships
        if each.status is not Status.EXPIRED and getattr(each, "company", None) is None
    ]
    note = texts.say("There is another one of this plan for the same time.")
    return {
        each.id: note
        for each in own
        if any(each.id != other.id and _meet(each, other) for other in own)
    }


def _meet(one: ProfileMembership | SoldView, other: ProfileMembership | SoldView) -> bool:
    """Return whether two memberships are of one plan, and for a part of the same time."""
    ends = [
        min((end for end in (each.ends_at, each.ended_early_at) if end is not None), default=None)
        for each in (one, other)
    ]
    return (
        one.plan == other.plan
        and (ends[1] is None or one.starts_at < ends[1])
        and (ends[0] is None or other.starts_at < ends[0])
    )


def noted(line: MembershipLine, notes: Mapping[UUID, str]) -> MembershipLine:
    """Return a line with its note of ``notes`` before its own."""
    note = " ".join(filter(None, (notes.get(line.id, ""), line.note)))
    return replace(line, note=note)


def _line(
    held: MembershipView | SoldView,
    texts: Texts,
    zone: str,
    *,
    source: str,
    company_id: UUID | None,
    own: bool,
) -> MembershipLine:
    """Return the line of a membership."""
    status, tone = _status(held.status, held.reason, texts)
    name = held.plan
    in_full = held if isinstance(held, ProfileMembership | SoldView) else None
    running = own and held.ended_early_at is None
    return MembershipLine(
        id=held.id,
        plan=name,
        status=status,
        tone=tone,
        source=source,
        period=_period(held.starts_at, held.ends_at, held.last_day, texts, zone),
        note=_note(held, texts, zone),
        history=() if in_full is None else period_lines(in_full, texts, zone),
        change=_change(in_full, texts, zone),
        change_id=_change_id(in_full),
        company_id=company_id,
        last_day=held.last_day,
        can_renew=running and held.ends_at is not None,
        can_extend=running and held.ends_at is not None,
        can_end=running and held.status is not Status.EXPIRED,
        can_pay=own,
        etag="" if in_full is None else in_full.etag,
    )


def _change_id(held: ProfileMembership | SoldView | None) -> UUID | None:
    """Return the id of the change that can be undone; that of the membership for its sale."""
    if held is None or (held.last_change is None and held.sale_undo_until is None):
        return None
    return held.id if held.last_change is None else held.last_change.id


def _change(held: ProfileMembership | SoldView | None, texts: Texts, zone: str) -> str:
    """Return the change that can be undone, which may be the sale; empty if there is none."""
    if held is None:
        return ""
    if held.last_change is not None:
        return change_words(held.last_change, texts, zone)
    if held.sale_undo_until is None:
        return ""
    until = texts.local_day(held.sale_undo_until, zone)
    return texts.say("The sale itself: it is as if it had never run. Until {day}.", day=until)


def _status(status: Status | None, reason: Reason | None, texts: Texts) -> tuple[str, Tone]:
    """Return a word for the status, and its colour."""
    if reason is Reason.NO_SEAT:
        return texts.say("no seat"), Tone.NO_MEMBERSHIP
    if reason is Reason.PAYMENT_OVERDUE:
        return texts.say("active, payment overdue"), Tone.ATTENTION
    if status is Status.ACTIVE:
        return texts.say("active"), Tone.ACTIVE
    if status is Status.EXPIRED:
        return texts.say("expired"), Tone.EXPIRED
    return texts.say("not yet started"), Tone.NOT_YET_STARTED


def _period(
    starts_at: datetime, ends_at: datetime | None, last_day: date | None, texts: Texts, zone: str
) -> str:
    """Return the first and last day, both inclusive."""
    first = texts.local_day(starts_at, zone)
    if last_day is not None:
        return texts.say("{first} to {last}", first=first, last=texts.day(last_day))
    if ends_at is not None:
        return texts.say("{first} to {last}", first=first, last=texts.local_day(ends_at, zone))
    return texts.say("since {first}, without end", first=first)


def _note(held: MembershipView | SoldView, texts: Texts, zone: str) -> str:
    """Return an early end with its reason, or an empty text."""
    if held.ended_early_at is None:
        return ""
    day = texts.local_day(held.ended_early_at - timedelta(microseconds=1), zone)
    if held.status is not Status.EXPIRED:
        if held.ended_early_why:
            return texts.say("Ends early on {day}: {why}.", day=day, why=held.ended_early_why)
        return texts.say("Ends early on {day}.", day=day)
    if held.ended_early_why:
        return texts.say("Ended early on {day}: {why}.", day=day, why=held.ended_early_why)
    return texts.say("Ended early on {day}.", day=day)


def money(minor: int, currency: str, texts: Texts) -> str:
    """Return an amount, given in the smallest unit of ``currency``, in the desk's language."""
    digits = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-digits)
    return str(format_currency(amount, currency, locale=texts.locale))


def no_public_address(texts: Texts) -> str:
    """Return what to do if the service has no public address."""
    return texts.say(
        "The service has no public address yet. Set WALLETDESK_PUBLIC_URL where it runs, "
        "to the https address under which people reach it, and start it anew."
    )


def interval(length: IntervalMessage, texts: Texts) -> str:
    """Return a length of time, such as ``every 3 months``."""
    count = length.count
    match length.unit:
        case IntervalUnit.DAY:
            return texts.say_many("every day", "every {count} days", count)
        case IntervalUnit.WEEK:
            return texts.say_many("every week", "every {count} weeks", count)
        case IntervalUnit.MONTH:
            return texts.say_many("every month", "every {count} months", count)
        case IntervalUnit.YEAR:
            return texts.say_many("every year", "every {count} years", count)


def plan_words(plan: PlanView, texts: Texts) -> str:
    """Return a plan as a choice of a form: name, price, interval."""
    price = money(plan.price_minor, plan.currency, texts)
    if plan.billing is not None:
        price = f"{price} {interval(plan.billing, texts)}"
    return f"{plan.name} · {price}"


def renewed_twice(texts: Texts, plan: str) -> str:
    """Return why a renewal is to be confirmed: it adds days that are paid already."""
    return texts.say(
        "{plan} is there already for the time after this. Press the button again to renew it all "
        "the same: these days are then paid twice.",
        plan=plan,
    )
