"""Words for a page that could not be loaded."""

from dataclasses import dataclass

from kiosk.failures import Cause, Failure
from kiosk.texts import Texts

_FINAL = {Cause.NOT_ALLOWED, Cause.REFUSED, Cause.OLD_SERVICE}
"""Trying again changes nothing."""


@dataclass(frozen=True)
class TroubleWords:
    """What failed; ``again`` tells whether a second try may help."""

    title: str
    sentence: str
    again: bool
    offline: bool


def may_try_again(failure: Failure) -> bool:
    """Return whether a second try may help."""
    return failure.cause not in _FINAL


def trouble_words(failure: Failure, sentence: str, texts: Texts) -> TroubleWords:
    """Return what is said in place of a page that was not loaded; ``sentence`` is its failure."""
    offline = failure.cause in {Cause.UNREACHABLE, Cause.GATEWAY}
    if offline:
        title = texts.say("No connection")
    elif failure.cause is Cause.NOT_ALLOWED:
        title = texts.say("No access")
    else:
        title = texts.say("This page could not be loaded.")
    return TroubleWords(title, sentence, may_try_again(failure), offline)
