"""Working without the service, in words for the top bar. Pure."""

from kiosk.offline.stock import OfflineState
from kiosk.status import Health, Status
from kiosk.texts import Texts

WRONG_CLOCK_S = 60.0
"""From how many seconds on this PC's clock is said to be wrong."""


def offline_status(state: OfflineState, texts: Texts) -> Status | None:
    """Return since when the desk works by its list, and what waits; None while it does not."""
    if state.away_since is None or state.as_of is None:
        return None
    since, of = (texts.clock(each, state.time_zone) for each in (state.away_since, state.as_of))
    word = texts.say("Offline since {time}", time=since)
    said = texts.say("This desk's list of {time} answers.", time=of)
    if state.waiting:
        word, said = f"{word} · {state.waiting}", f"{said} {_waiting(state, texts)}."
    return Status(Health.WARN, word, said)


def list_status(state: OfflineState, texts: Texts) -> Status:
    """Return what is to be known while the service answers; good if nothing is."""
    if state.unwritten:
        return Status(Health.BAD, texts.say("Disk full"), texts.say("Visits cannot be stored."))
    if state.away_since is None and state.waiting:
        return Status(Health.WARN, _waiting(state, texts), "")
    if state.loading is not None:
        loaded, total = state.loading
        percent = min(99, 100 * loaded // max(1, total))
        said = texts.say("{loaded} of {total} members", loaded=loaded, total=total)
        return Status(Health.WARN, texts.say("Offline list {percent} %", percent=percent), said)
    if abs(state.skew_s) >= WRONG_CLOCK_S:
        minutes = round(abs(state.skew_s) / 60)
        said = texts.say_many("Off by {count} minute.", "Off by {count} minutes.", minutes)
        return Status(Health.WARN, texts.say("PC clock wrong"), said)
    return Status(Health.GOOD, "", "")


def review_status(state: OfflineState, texts: Texts) -> Status:
    """Return how many visits wait for staff; good if none does."""
    if not state.refused:
        return Status(Health.GOOD, "", "")
    said = texts.say("The service has not taken these visits.")
    return Status(Health.BAD, texts.say("Needs review ({count})", count=state.refused), said)


def _waiting(state: OfflineState, texts: Texts) -> str:
    return texts.say_many("{count} visit waits", "{count} visits wait", state.waiting)
