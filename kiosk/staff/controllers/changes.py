"""Changes that staff make by a form: carried out once, to what the form names, and said so.

A change has one idempotency key. Sent again unchanged it is the same request, so that an answer
that was lost on the way sells nothing twice. A change whose answer never came is remembered beyond
its form: before another one of its kind is sent, the service is asked whether the first arrived,
and asked to refuse it if it arrives later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

import structlog
from PySide6.QtCore import QObject

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.requests import Withdrawal, WithdrawalState
from kiosk.failures import Cause, Failure
from kiosk.staff.controllers.undo import Undos
from kiosk.staff.forms.meanwhile import CHANGED
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.notices import Notices, errors_of
from kiosk.staff.page import Navigation, Place
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.panel import StaffPanel
from kiosk.staff.session import StaffSession
from kiosk.staff.undo import Undo, Undoing
from kiosk.staff.worker import Task
from kiosk.texts import Texts

log = structlog.get_logger(__name__)

_FORGOTTEN = "request_forgotten"
"""The code of the service's refusal to say what became of a request of a day ago."""
_SENT_AGAIN = timedelta(hours=23)
"""How long a change is sent again under its key: the service keeps its answers for a day."""

Answer = TypeVar("Answer")
Then = Callable[[Answer], None]


@dataclass(frozen=True)
class Sent:
    """A change that was sent: its key, its values and request, its name, by whom and when."""

    once: str
    values: Mapping[str, Value]
    call: Call[Any]
    title: str
    staff_id: UUID | None
    who: str
    at: datetime
    undo: Undoing[Any] | None


@dataclass(frozen=True)
class Asked:
    """A form that is open: where it was asked for, and what becomes of its values."""

    form: Form
    place: Place | None
    filled: Filled[Any]
    then: Then[Any] | None
    always: Then[Any] | None
    undo: Undoing[Any] | None


def _no_request(_values: Mapping[str, Value]) -> Call[Any]:
    """Return no request: raises LookupError."""
    raise LookupError("this form sends nothing")


class Changes(QObject):
    """Opens forms over the page in front, sends what was filled in, and shows what came of it."""

    def __init__(
        self,
        navigation: Navigation,
        panel: StaffPanel,
        notices: Notices,
        *,
        texts: Texts,
        session: StaffSession,
        send: Callable[[Task[Any]], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._navigation, self._panel, self._notices = navigation, panel, notices
        self._texts, self._session, self._send = texts, session, send
        self._undos = Undos(panel.toast, navigation, texts, send)
        self._asked: Asked | None = None
        self._unsettled: dict[str, Sent] = {}
        self._stale: set[str] = set()

    @property
    def asking(self) -> bool:
        """Whether a form is open."""
        return self._asked is not None

    @property
    def form(self) -> Form | None:
        """The form that is open."""
        return self._asked.form if self._asked else None

    @property
    def front(self) -> Place | None:
        """The page over which a form opens now."""
        return self._navigation.front

    def ask(
        self,
        form: Form,
        filled: Filled[Answer],
        then: Then[Answer] | None = None,
        *,
        asked_on: Place | None = None,
        always: Then[Answer] | None = None,
        undo: Undoing[Answer] | None = None,
    ) -> None:
        """Open a form, unless one is open or staff have left ``asked_on``, the page that asked.

        ``then`` gets the answer of the service if the page in front is still the same, and
        ``always`` gets it wherever staff are; without ``then`` the page in front is loaded again.
        What ``undo``, by default that of the form, returns is said in a toast, with which the
        change is undone.
        """
        asked = Asked(form, self._navigation.front, filled, then, always, undo)
        if not self._open(asked, asked_on):
            return
        form.submitted.connect(partial(self._submit, asked))
        earlier = self._unsettled.get(form.topic)
        if earlier is not None and earlier.staff_id == self._session.staff_id:
            form.restore(earlier.values, self._not_known())
        elif earlier is not None:
            # Only who sent a change can ask the service about it.
            form.show_failure(
                self._texts.say(
                    "{who} sent this at {time}, and it is not known whether it was carried out. "
                    "Look first whether it is there.",
                    who=earlier.who,
                    time=self._texts.clock(earlier.at, self._session.zone),
                )
            )

    def show(self, form: Form, *, asked_on: Place | None = None) -> bool:
        """Open a form that sends nothing, under the same conditions. Returns whether it opened."""
        return self._open(
            Asked(form, self._navigation.front, _no_request, None, None, None), asked_on
        )

    def _open(self, asked: Asked, asked_on: Place | None) -> bool:
        if self._asked is not None or (asked_on is not None and asked.place != asked_on):
            asked.form.deleteLater()
            return False
        self._asked = asked
        asked.form.closed.connect(self.close)
        self._panel.show_form(asked.form)
        return True

    def tell(self, undo: Undo) -> None:
        """Say what was done without a form, and offer to undo it."""
        self._undos.tell(undo)

    def leave(self) -> None:
        """Esc: close the form, unless it is being sent or asks first whether to discard."""
        if self._asked is not None:
            self._asked.form.leave()

    def close(self) -> None:
        """Close the form. What was sent from it without an answer stays known."""
        asked, self._asked = self._asked, None
        if asked is not None:
            self._panel.drop_form()
            if asked.form.topic in self._stale:  # what is behind the form, too
                self._stale.discard(asked.form.topic)
                if self._navigation.front == asked.place:
                    self._navigation.reload()
            sent = self._unsettled.get(asked.form.topic)
            if sent is not None:
                self._notices.keep(f"{sent.title}: {self._not_known()}")

    def _submit(self, asked: Asked, values: Mapping[str, Value]) -> None:
        """Send a change, after asking about one that was never answered and differs or is old."""
        earlier = self._unsettled.get(asked.form.topic)
        if earlier is None or earlier.staff_id != self._session.staff_id:
            self._send_new(asked, values)
            return
        if earlier.values == values and datetime.now(UTC) - earlier.at < _SENT_AGAIN:
            self._send_change(asked, earlier, again=True)
            return
        once, at = earlier.once, earlier.at

        def withdraw(client: ManagementClient, _once: str) -> Withdrawal | None:
            try:
                return client.withdraw(once, at)
            except Refused as refused:
                if refused.problem.code == _FORGOTTEN:
                    return None
                raise

        self._send(
            Task(
                "withdraw",
                withdraw,
                partial(self._handle_withdrawal, asked, values),
                on_failure=partial(self._show_failure, asked),
            )
        )

    def _handle_withdrawal(
        self, asked: Asked, values: Mapping[str, Value], settled: Withdrawal | None
    ) -> None:
        """Send a change now that the one before is settled, or say that that was carried out."""
        earlier = self._unsettled.pop(asked.form.topic, None)
        if settled is None:
            asked.form.show_failure(
                self._texts.say(
                    "What was sent before is too old to be asked about. Look first whether it is "
                    "there; sent again, it is carried out anew."
                )
            )
            return
        if settled.state is not WithdrawalState.CARRIED_OUT:
            self._send_new(asked, values)
            return
        title = earlier.title if earlier else asked.form.title
        self._finish(asked)
        if self._navigation.front == asked.place:
            self._navigation.reload()
        self._notices.keep(
            self._texts.say(
                "{change}: it was carried out the first time. Nothing was sent again.", change=title
            )
        )

    def _send_new(self, asked: Asked, values: Mapping[str, Value]) -> None:
        """Send a change under a key of its own."""
        session, form = self._session, asked.form
        try:
            call = asked.filled(values)
        except Exception as error:
            log.exception("form cannot be sent", topic=form.topic)
            form.show_failure(Failure(Cause.INTERNAL, repr(error)).sentence(self._texts))
            return
        once, now = str(uuid4()), datetime.now(UTC)
        undo = asked.undo or form.undo
        sent = Sent(once, values, call, form.title, session.staff_id, session.name, now, undo)
        self._send_change(asked, sent, again=False)

    def _send_change(self, asked: Asked, sent: Sent, *, again: bool) -> None:
        """Send a change, or the same request ``again``, whatever the time is now."""
        self._unsettled[asked.form.topic] = sent
        self._send(
            Task(
                "change",
                sent.call,
                partial(self._handle_result, asked, sent),
                on_failure=partial(self._handle_failure, asked, again=again),
                once=sent.once,
            )
        )

    def _handle_result(self, asked: Asked, sent: Sent, answer: Any) -> None:
        self._unsettled.pop(asked.form.topic, None)
        self._stale.discard(asked.form.topic)
        self._finish(asked)
        # That of the form which sent it: one opened again knows nothing of what was there before.
        if sent.undo is not None and (done := sent.undo(answer)) is not None:
            self._undos.tell(done)
        here = self._navigation.front == asked.place
        if here and asked.then is None:
            self._navigation.reload()
        elif here and asked.then is not None:
            asked.then(answer)
        if asked.always is not None:  # last, so that what it says is on the page that comes
            asked.always(answer)

    def _handle_failure(self, asked: Asked, failure: Failure, *, again: bool) -> None:
        """Show why it was not carried out, or that this is not known.

        A second try that did not get as far as to be refused says nothing about the first one.
        """
        if failure.cause is Cause.REFUSED or not (again or failure.may_have_arrived):
            self._unsettled.pop(asked.form.topic, None)
        if failure.code == CHANGED:
            self._stale.add(asked.form.topic)
        self._show_failure(asked, failure)

    def _show_failure(self, asked: Asked, failure: Failure) -> None:
        sentence, errors = errors_of(failure, asked.form.label_of, self._texts)
        if asked.form.topic in self._unsettled:
            sentence = f"{sentence} {self._not_known()}"
        if self._asked is asked:
            asked.form.show_errors(sentence, errors)
            if failure.cause is Cause.REFUSED:
                asked.form.refused.emit(failure.code)
        else:
            words = " ".join(filter(None, (sentence, *errors.values())))
            self._notices.keep(f"{asked.form.title}: {words}")

    def _finish(self, asked: Asked) -> None:
        if self._asked is asked:
            asked.form.finish()

    def _not_known(self) -> str:
        return self._texts.say(
            "It is not known whether it was carried out. Send it again to find out: "
            "nothing is done twice."
        )
