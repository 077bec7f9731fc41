"""Texts about one's own account, from messages of the service. Pure."""

from dataclasses import dataclass

from api_client.messages.second_factor import FactorState
from kiosk.style import Tone
from kiosk.texts import Texts

_FEW_CODES = 3


@dataclass(frozen=True)
class AccountWords:
    """Texts of the page. ``hint`` says what to do next, or is empty.

    ``demand`` says whether the club demands a second factor, for those of whom it may.
    """

    status: str
    tone: Tone
    facts: tuple[tuple[str, str], ...]
    hint: str
    enabled: bool
    demanded: bool
    demand: str


def account_words(state: FactorState, texts: Texts, zone: str) -> AccountWords:
    """Return the texts for the state of the second factor."""
    say = texts.say
    if not state.enabled:
        hint = ""
        if state.demanded:
            hint = say("This club requires a second factor. Set it up to continue.")
        tone = Tone.ATTENTION if state.demanded else Tone.NO_MEMBERSHIP
        return AccountWords(
            say("Off"),
            tone,
            (),
            hint,
            enabled=False,
            demanded=state.demanded,
            demand=_demand(state, texts),
        )
    facts = [(say("Recovery codes left"), str(state.recovery_codes_left))]
    if state.since is not None:
        facts.insert(0, (say("Since"), texts.local_day(state.since, zone)))
    few = state.recovery_codes_left < _FEW_CODES
    hint = say("Few recovery codes left. Remove it and set it up again.") if few else ""
    return AccountWords(
        say("On"),
        Tone.ACTIVE,
        tuple(facts),
        hint,
        enabled=True,
        demanded=state.demanded,
        demand=_demand(state, texts),
    )


def _demand(state: FactorState, texts: Texts) -> str:
    """Return whether managers and admins need a second factor at this club."""
    if state.demanded:
        return texts.say("Required for managers and admins.")
    return texts.say("Optional for managers and admins.")
