"""What the page of today says: the steps of setting up a club, and the visits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from api_client.messages.organization import UNNAMED, OrganizationSettings
from api_client.messages.scan import Outcome, VisitView
from kiosk.details import outcome_word
from kiosk.staff.words.profile import Entry
from kiosk.texts import Texts

LATELY = timedelta(hours=1)
_MOST = 8
"""Rows of a list on the page."""


class Step(StrEnum):
    """The steps from nothing to the first member with a card, in their order."""

    ACCOUNT = "account"
    CLUB = "club"
    PLAN = "plan"
    MEMBER = "member"


@dataclass(frozen=True)
class SetUp:
    """How far a club is set up: its settings, how many plans and good cards, and any visit."""

    settings: OrganizationSettings
    plans: int
    cards: int
    visited: bool

    @property
    def done(self) -> frozenset[Step]:
        """The steps that are done. Who asks has an account."""
        named = self.settings.name != UNNAMED or self.settings.country is not None
        made = {
            Step.ACCOUNT: True,
            Step.CLUB: named,
            Step.PLAN: self.plans > 0,
            Step.MEMBER: self.cards > 0 or self.visited,
        }
        return frozenset(step for step, is_done in made.items() if is_done)

    @property
    def next_step(self) -> Step | None:
        """The first step that is to be done; None if all are."""
        return next((step for step in Step if step not in self.done), None)


@dataclass(frozen=True)
class StepLine:
    """A row of the checklist. ``current``: it is the next one."""

    step: Step
    title: str
    done: bool
    current: bool


def step_lines(made: SetUp, texts: Texts) -> list[StepLine]:
    """Return the checklist; nothing once all is done."""
    if made.next_step is None:
        return []
    say = texts.say
    words = {
        Step.ACCOUNT: say("Your account"),
        Step.CLUB: say("Your club"),
        Step.PLAN: say("First plan"),
        Step.MEMBER: say("First member with a card"),
    }
    done, current = made.done, made.next_step
    return [StepLine(step, words[step], step in done, step is current) for step in Step]


@dataclass(frozen=True)
class TodayWords:
    """The visits of today: numbers with their labels, the latest rows and the refused ones."""

    numbers: tuple[tuple[str, str], ...]
    latest: tuple[Entry, ...]
    refused: tuple[Entry, ...]


def today_words(
    visits: Sequence[VisitView], more: bool, texts: Texts, zone: str, now: datetime
) -> TodayWords:
    """Return the words for the visits of today, newest first; ``more``: these are not all."""
    say = texts.say
    counted = [visit for visit in visits if visit.undone_at is None]
    refused = [visit for visit in counted if visit.outcome is not Outcome.ACTIVE]
    lately = [visit for visit in counted if now - visit.at <= LATELY]
    plus = "+" if more else ""
    return TodayWords(
        numbers=(
            (f"{len(counted)}{plus}", say("Visits today")),
            (str(len(lately)), say("In the last hour")),
            (f"{len(refused)}{plus}", say("Refused")),
        ),
        latest=tuple(_entry(visit, texts, zone) for visit in counted[:_MOST]),
        refused=tuple(_entry(visit, texts, zone) for visit in refused[:_MOST]),
    )


def _entry(visit: VisitView, texts: Texts, zone: str) -> Entry:
    word = outcome_word(visit.outcome, texts)
    return Entry(visit.customer_id, visit.name, f"{texts.clock(visit.at, zone)} · {word}")
