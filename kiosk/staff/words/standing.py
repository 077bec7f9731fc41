"""How a customer stands: in one line, and the step that fits. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from api_client.messages.management import CustomerProfile, ProfileMembership
from api_client.messages.scan import CustomerState, Reason, Status
from kiosk.staff.words.membership import MembershipLine
from kiosk.style import Tone
from kiosk.texts import Texts


class Step(StrEnum):
    """What staff most likely do next for a customer."""

    RENEW = "renew"
    PAY = "pay"
    SELL = "sell"


@dataclass(frozen=True)
class Primary:
    """The step that fits, in words, and the membership that it is of; None for a sale."""

    step: Step
    words: str
    line: MembershipLine | None = None


@dataclass(frozen=True)
class Standing:
    """A status as a chip, and the plan with the next date beside it."""

    word: str
    tone: Tone
    sentence: str = ""


def standing_of(profile: CustomerProfile, texts: Texts, zone: str) -> Standing:
    """Return how a customer stands, by the membership that decides at a scan."""
    say = texts.say
    if profile.customer.state is CustomerState.BANNED:
        return Standing(say("Blocked"), Tone.BLOCKED)
    held = next(iter(profile.memberships), None)
    if held is None:
        return Standing(say("No membership"), Tone.NO_MEMBERSHIP)
    sentence = _until(held, texts, zone)
    if held.reason is Reason.NO_SEAT:
        return Standing(say("No seat"), Tone.NO_MEMBERSHIP, sentence)
    if held.reason is Reason.PAYMENT_OVERDUE:
        return Standing(say("Payment overdue"), Tone.ATTENTION, sentence)
    if held.status is Status.ACTIVE:
        return Standing(say("Active"), Tone.ACTIVE, sentence)
    if held.status is Status.EXPIRED:
        return Standing(say("Expired"), Tone.EXPIRED, sentence)
    start = texts.local_day(held.starts_at, zone)
    starts = say("{plan} from {day}", plan=held.plan, day=start)
    return Standing(say("Not yet valid"), Tone.NOT_YET_STARTED, starts)


def _until(held: ProfileMembership, texts: Texts, zone: str) -> str:
    """Return a plan with its last day, and the company that it is of."""
    say = texts.say
    if held.last_day is not None:
        sentence = say("{plan} until {day}", plan=held.plan, day=texts.day(held.last_day))
    elif held.ends_at is not None:
        day = texts.local_day(held.ends_at, zone)
        sentence = say("{plan} until {day}", plan=held.plan, day=day)
    else:
        sentence = say("{plan}, no end date", plan=held.plan)
    if held.company is None:
        return sentence
    return f"{sentence} · {say('through {company}', company=held.company)}"


def primary_of(
    profile: CustomerProfile, lines: Sequence[MembershipLine], texts: Texts
) -> Primary | None:
    """Return the step that fits: the overdue payment, a renewal, a payment or a sale.

    None for somebody who is blocked. ``lines`` are the memberships as they are shown.
    """
    say = texts.say
    if profile.customer.state is CustomerState.BANNED:
        return None
    overdue = {each.id for each in profile.memberships if each.reason is Reason.PAYMENT_OVERDUE}
    own = [line for line in lines if line.can_pay and line.order_id is None]
    for line in own:
        if line.id in overdue:
            return Primary(Step.PAY, say("Take payment"), line)
    for line in own:
        if line.can_renew:
            return Primary(Step.RENEW, say("Renew & pay"), line)
    for line in own:
        if line.tone is Tone.ACTIVE:
            return Primary(Step.PAY, say("Take payment"), line)
    return Primary(Step.SELL, say("Sell plan"))
