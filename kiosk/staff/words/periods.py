"""Texts about the periods of a membership, and about the change of it that can be undone. Pure."""

from collections.abc import Mapping, Sequence

from api_client.messages.management import ChangeView, PeriodView, ProfileMembership, SoldView
from kiosk.texts import Texts

_MOST_RUNS = 3
"""How many earlier runs of periods are shown."""


def period_lines(held: ProfileMembership | SoldView, texts: Texts, zone: str) -> tuple[str, ...]:
    """Return since when somebody is a member and when they were before, with the gaps.

    Nothing for a membership of one period: its own days say all.
    """
    if held.member_since is None or len(held.periods) < 2:
        return ()
    say = texts.say
    lines = [
        say(
            "Member since {day}, period {number}.",
            day=texts.local_day(held.member_since, zone),
            number=len(held.periods),
        )
    ]
    earlier = _runs(held.periods)[:-1]
    for run in reversed(earlier[-_MOST_RUNS:]):
        first, last = texts.day(run[0].first_day), run[-1].last_day
        if last is not None:
            lines.append(say("Before: {first} to {last}", first=first, last=texts.day(last)))
    if (more := len(earlier) - _MOST_RUNS) > 0:
        lines.append(
            texts.say_many("and {count} time before that", "and {count} times before that", more)
        )
    return tuple(lines)


def _runs(periods: Sequence[PeriodView]) -> list[list[PeriodView]]:
    """Return periods that follow each other without a gap together, oldest first."""
    runs: list[list[PeriodView]] = []
    for period in periods:
        if runs and runs[-1][-1].ends_at == period.starts_at:
            runs[-1].append(period)
        else:
            runs.append([period])
    return runs


def change_words(change: ChangeView, texts: Texts, zone: str) -> str:
    """Return what the last change of a membership was, and when."""
    say = texts.say
    day, time = texts.local_day(change.at, zone), texts.clock(change.at, zone)
    sentences: Mapping[str, str] = {
        "membership.renewed": say("It was renewed on {day} at {time}.", day=day, time=time),
        "membership.extended": say("It was extended on {day} at {time}.", day=day, time=time),
        "membership.ended": say("Its end was set on {day} at {time}.", day=day, time=time),
        "membership.end_withdrawn": say(
            "Its early end was withdrawn on {day} at {time}.", day=day, time=time
        ),
        "membership.transferred": say(
            "Its plan was changed on {day} at {time}.", day=day, time=time
        ),
        "membership.payment_changed": say(
            "Its payment was recorded on {day} at {time}.", day=day, time=time
        ),
    }
    changed = say("It was changed on {day} at {time}.", day=day, time=time)
    return sentences.get(change.action, changed)


def undo_refusal(code: str, texts: Texts) -> str:
    """Return why a change stays, by the code of the refusal; empty for one without words here."""
    say = texts.say
    match code:
        case "nothing_to_undo":
            return say("There is nothing to undo any more.")
        case "not_the_last_change" | "membership_changed_since" | "membership_transferred":
            return say("It was changed again since. Look at what it is now.")
        case "undo_too_late":
            return say("It is too late: a change can be undone for two weeks.")
        case "membership_paid":
            return say("It was paid. Void the payment under Receipts, then its renewal goes too.")
        case "billed_by_provider":
            return say("A subscription decides about it; cancel that first.")
        case _:
            return ""
