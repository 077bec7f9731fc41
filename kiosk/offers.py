"""What staff may do about a verdict, on buttons: what fits its reason first. Pure."""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from api_client.messages.scan import AttentionKind, Outcome, ScanPreview, VisitView

from .failures import Cause, Failure
from .roster_answer import Doubt, doubt_of
from .texts import Texts


class Act(Enum):
    """What a button of a verdict does."""

    CHECK_IN = auto()
    RENEW = auto()
    PAY = auto()
    SELL = auto()
    NEW_CARD = auto()
    GIVE = auto()
    RECHECK = auto()
    PROFILE = auto()
    UNDO = auto()


FITTING = frozenset({Act.RENEW, Act.PAY, Act.SELL, Act.NEW_CARD})
"""What is done in a form of the staff side, for the person of the verdict."""

KEYS = {
    Act.CHECK_IN: "Ctrl+Return",
    Act.RENEW: "F2",
    Act.PAY: "F2",
    Act.SELL: "F2",
    Act.NEW_CARD: "F2",
    Act.GIVE: "Ctrl+G",
    Act.RECHECK: "F5",
    Act.PROFILE: "Ctrl+I",
    Act.UNDO: "Ctrl+Z",
}
"""One key for whatever fits the reason, so that there is one to know."""


@dataclass(frozen=True)
class Offer:
    """A button: its act, its words, its key as the desk's language writes it.

    ``membership_id``: the membership that it is about.
    """

    act: Act
    label: str
    key: str
    membership_id: UUID | None = None


def offers_of(
    answer: ScanPreview,
    texts: Texts,
    *,
    gives: bool = False,
    recorded: bool = True,
    visit: VisitView | None = None,
) -> tuple[Offer, ...]:
    """Return what staff may do about an answer, what fits its reason first.

    ``gives``: its code can be given to a member. ``recorded``: it is that of a visit; else
    somebody was looked up, by a ``visit`` of theirs if there is one.
    """
    if doubt_of(answer) is Doubt.NOT_LISTED:
        return (_offer(Act.RECHECK, texts),)
    if answer.customer is None:
        return (_offer(Act.GIVE, texts),) if gives else ()
    fitting = _fitting(answer, texts)
    found = [fitting] if fitting is not None else []
    if not recorded:
        found.insert(0 if answer.outcome is Outcome.ACTIVE else 1, _offer(Act.CHECK_IN, texts))
    found.append(_offer(Act.PROFILE, texts))
    if recorded or (visit is not None and visit.undone_at is None):
        found.append(_offer(Act.UNDO, texts))
    return tuple(found)


def offers_of_failure(failure: Failure, texts: Texts) -> tuple[Offer, ...]:
    """Return what staff may do about a failed look-up.

    A service that cannot look up without a visit can still check in, if staff want that.
    """
    again = _offer(Act.RECHECK, texts)
    if failure.cause is Cause.OLD_SERVICE:
        return again, _offer(Act.CHECK_IN, texts)
    return (again,)


def key_words(key: str, texts: Texts) -> str:
    """Return the name of a key in the language of the desk."""
    return key.replace("Ctrl", texts.say("Ctrl")).replace("Return", texts.say("Enter"))


def _fitting(answer: ScanPreview, texts: Texts) -> Offer | None:
    """Return what fits the reason of the outcome; None if nothing of a form does."""
    held = answer.membership
    own = held is not None and held.company is None
    kinds = {each.kind for each in answer.attention}
    match answer.outcome:
        case Outcome.ACTIVE if held is not None and own:
            if AttentionKind.PAYMENT_OVERDUE in kinds:
                return _offer(Act.PAY, texts, held.id)
            if AttentionKind.EXPIRES_SOON in kinds:
                return _offer(Act.RENEW, texts, held.id)
            return None
        case Outcome.EXPIRED if held is not None and own:
            return _offer(Act.RENEW, texts, held.id)
        case Outcome.EXPIRED | Outcome.NO_MEMBERSHIP:
            return _offer(Act.SELL, texts)
        case Outcome.CARD_REVOKED:
            return _offer(Act.NEW_CARD, texts)
        case _:
            return None


def _offer(act: Act, texts: Texts, membership_id: UUID | None = None) -> Offer:
    return Offer(act, _label(act, texts), key_words(KEYS[act], texts), membership_id)


def _label(act: Act, texts: Texts) -> str:
    """Return the words of a button."""
    match act:
        case Act.CHECK_IN:
            return texts.say("Check in")
        case Act.RENEW:
            return texts.say("Renew & pay")
        case Act.PAY:
            return texts.say("Take payment")
        case Act.SELL:
            return texts.say("Sell a plan")
        case Act.NEW_CARD:
            return texts.say("New card")
        case Act.GIVE:
            return texts.say("Give this card to …")
        case Act.RECHECK:
            return texts.say("Check again")
        case Act.PROFILE:
            return texts.say("Open profile")
        case Act.UNDO:
            return texts.say("Undo visit")
