"""Keeps the demo club of today: its days are those of its first start until this moves them.

A club that was seeded weeks ago would otherwise show nothing but memberships that have expired.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, IntervalUnit
from membership.data.demo.people import PEOPLE
from membership.rules.instants import day_after, day_start, local_day
from membership.rules.periods import Interval, nth_day
from membership.store.models import Customer, Membership, Organization

OPENED = 2400
"""Days from the founding of the demo club, as it is seeded, to the day of the seeding."""


def is_of_another_day(club: Organization, now: datetime) -> bool:
    """Return whether ``club`` is the demo club, and its days are not counted from today."""
    return club.demo and _days_since_seeded(club, now) > 0


def redate(session: Session, club: Organization, now: datetime) -> None:
    """Move the invented memberships of the demo club so that their days count from today.

    Memberships that were sold or renewed at the desk, and visits, stay as they are; a change before
    this can no longer be undone. The caller commits.
    """
    days, zone = _days_since_seeded(club, now), ZoneInfo(club.time_zone)
    sold = select(Membership).where(
        Membership.organization_id == club.id,
        Membership.actor_kind == ActorKind.SERVICE,
        Membership.period_number == 1,
    )
    for membership in session.scalars(sold):
        _move(membership, days, zone, now)
    celebrated = [each for each in PEOPLE if each.birthday_in is not None]
    for person in celebrated:
        named = select(Customer).where(
            Customer.organization_id == club.id,
            Customer.given_name == person.given,
            Customer.family_name == person.family,
            Customer.erased_at.is_(None),
        )
        birthday = day_after(local_day(now, zone), person.birthday_in or 0)
        for customer in session.scalars(named):
            customer.birth_date = nth_day(birthday, Interval(IntervalUnit.YEAR), -person.age)
    club.created_at += timedelta(days=days)


def _days_since_seeded(club: Organization, now: datetime) -> int:
    """Return how many local days ago the days of the club were counted from."""
    zone = ZoneInfo(club.time_zone)
    seeded = local_day(club.created_at + timedelta(days=OPENED), zone)
    return (local_day(now, zone) - seeded).days


def _move(membership: Membership, days: int, zone: ZoneInfo, now: datetime) -> None:
    """Move the days of a membership; an end that is ahead again will be announced again."""

    def moved(day: date) -> date:
        return day_after(day, days)

    def start(at: datetime) -> datetime:
        return day_start(moved(local_day(at, zone)), zone)

    later = timedelta(days=days)
    ends = membership.ends_at
    membership.starts_at = start(membership.starts_at)
    membership.ends_at = None if ends is None else start(ends)
    membership.last_day = None if membership.last_day is None else moved(membership.last_day)
    if membership.anchor_day is not None:
        membership.anchor_day = moved(membership.anchor_day)
    if membership.ended_early_at is not None:
        membership.ended_early_at += later
    if membership.payment_overdue_since is not None:
        membership.payment_overdue_since += later
    membership.last_change = None
    due = membership.ended_early_at or membership.ends_at
    membership.expiry_due_at = due if due is not None and due > now else None
