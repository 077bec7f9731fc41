"""The desk: waiting for a card, every verdict, the search; and the sign-in of staff."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from api_client.messages.scan import (
    Attention,
    AttentionKind,
    CustomerHit,
    MembershipView,
    Outcome,
    ScanAnswer,
    Status,
    UnknownCause,
    VisitView,
)
from kiosk.failures import Cause, Failure
from kiosk.presenters.idle_panel import IdlePanel
from kiosk.presenters.rows_of import hit_row, visit_row
from kiosk.staff.page import MEMBERS
from kiosk.verdict import verdict_of, verdict_of_failure
from scanner.events import SourceState
from tests.kiosk.answers import AMARA, NOON, answer, membership, unknown
from tools.screenshots.shots import FULL, Shots
from tools.screenshots.studio import AWAY, Studio, portrait_pixmap

_NOTE = Attention(kind=AttentionKind.DESK_NOTE, text="Forgot a jacket on Monday; it is at the bar.")
_OLD = NOON - timedelta(days=18)
_EXPIRED = membership(status=Status.EXPIRED, ends_at=_OLD, last_day=_OLD.date())
_NEXT = membership(starts_at=NOON + timedelta(days=7))


def _attention(*kinds: AttentionKind) -> tuple[Attention, ...]:
    return tuple(Attention(kind=kind) for kind in kinds)


def _refused(outcome: Outcome, held: MembershipView | None) -> ScanAnswer:
    return answer(outcome, membership=held, memberships=(held,) if held else (), permissions=())


ANSWERS: dict[str, ScanAnswer] = {
    FULL: answer(attention=(_NOTE,)),
    "active": answer(),
    "birthday": answer(attention=_attention(AttentionKind.BIRTHDAY)),
    "overdue": answer(attention=_attention(AttentionKind.PAYMENT_OVERDUE)),
    "expired": _refused(Outcome.EXPIRED, _EXPIRED),
    "no-membership": _refused(Outcome.NO_MEMBERSHIP, None),
    "not-yet-started": _refused(Outcome.NOT_YET_STARTED, _NEXT),
    "blocked": _refused(Outcome.BLOCKED, None),
    "card-revoked": _refused(Outcome.CARD_REVOKED, membership()),
    "unknown-code": unknown(unknown_cause=UnknownCause.NOT_FOUND),
}
"""What each verdict answers."""


def visit(number: int, outcome: Outcome = Outcome.ACTIVE) -> VisitView:
    """Return a visit of some minutes ago."""
    name = ("Amara Okafor", "Jonas Weber", "Priya Raman", "Mateo Silva", "Hanna Lindqvist")
    return VisitView(
        id=UUID(int=900 + number),
        at=NOON - timedelta(minutes=3 * number + 1),
        customer_id=UUID(int=1 + number),
        name=name[number % len(name)],
        number=f"C-{123 + number:06d}",
        outcome=outcome,
    )


def show_visits(studio: Studio) -> None:
    """Fill the list of recent visits."""
    outcomes = (Outcome.ACTIVE, Outcome.EXPIRED, Outcome.ACTIVE, Outcome.ACTIVE, Outcome.BLOCKED)
    rows = [
        visit_row(visit(number, outcome), studio.texts, "Europe/Berlin")
        for number, outcome in enumerate(outcomes)
    ]
    studio.window.side.show_visits(rows)


def show_idle(state: SourceState, away: str, studio: Studio) -> None:
    """Show the desk while there is no card."""
    panel = IdlePanel(studio.window, studio.texts)
    panel.camera_is(state)
    if away:
        panel.service_is_away(AWAY.sentence(studio.texts))
    show_visits(studio)


def show_verdict(given: ScanAnswer, studio: Studio) -> None:
    """Show the verdict of an answer."""
    show_visits(studio)
    studio.window.show_verdict(verdict_of(given, studio.texts), "")
    if given.customer is not None:
        studio.window.verdict.show_photo(portrait_pixmap())


def show_failure(studio: Studio) -> None:
    """Show that a card could not be checked."""
    show_visits(studio)
    studio.window.show_verdict(verdict_of_failure(AWAY, studio.texts), "")


def search(text: str, hits: tuple[CustomerHit, ...], studio: Studio) -> None:
    """Type a search that finds these."""
    show_idle(SourceState.RUNNING, "", studio)
    side = studio.window.side
    side.search.setText(text)
    side.show_hits(text, [hit_row(hit, studio.texts) for hit in hits])


def sign_in(studio: Studio) -> None:
    """Ask who is there."""
    studio.staff.open(MEMBERS)
    studio.staff.bring_up()


def _first(studio: Studio) -> None:
    sign_in(studio)
    studio.staff.panel.sign_in.ask(first=True)


def _code(studio: Studio) -> None:
    sign_in(studio)
    studio.staff.panel.sign_in.ask_code()


def _wrong(studio: Studio) -> None:
    sign_in(studio)
    page = studio.staff.panel.sign_in
    page.submitted.emit("greta@club.example", "wrong", "", "")
    typed = studio.credentials("greta@club.example")
    studio.staff.on_sign_in_failed(typed, Failure(Cause.NOT_ALLOWED, ""))


_HITS = (
    CustomerHit(customer=AMARA, outcome=Outcome.ACTIVE, plan="Gold Membership"),
    CustomerHit(
        customer=AMARA.model_copy(
            update={"id": UUID(int=2), "name": "Amina Okafor", "number": "C-000124"}
        ),
        outcome=Outcome.EXPIRED,
    ),
)

PAGES = (
    Shots(
        "desk",
        {
            FULL: partial(show_idle, SourceState.RUNNING, ""),
            "no-camera": partial(show_idle, SourceState.LOST, ""),
            "service-away": partial(show_idle, SourceState.RUNNING, "away"),
            "search": partial(search, "okafor", _HITS),
            "search-empty": partial(search, "okafur", ()),
        },
    ),
    Shots(
        "verdict",
        {name: partial(show_verdict, given) for name, given in ANSWERS.items()}
        | {"could-not-check": show_failure},
    ),
    Shots("sign-in", {FULL: sign_in, "first": _first, "code": _code, "error": _wrong}),
)
