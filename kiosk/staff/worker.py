"""The thread in which requests of staff wait for the service."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import uuid4

import structlog
from PySide6.QtCore import QObject, Signal, Slot

from api_client.errors import ApiError, KeyUnknown, ServiceError
from api_client.management import ManagementClient
from api_client.messages.management import SignedIn
from kiosk.desk_token import DeskTokenStore
from kiosk.failures import Cause, Failure, failure_of
from kiosk.texts import Texts

log = structlog.get_logger(__name__)

_DEADLINE_S = 10.0
"""Longer than for a scan: nobody waits at the door."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Credentials:
    """What was typed to sign in. With a ``name`` it creates the first account of the club.

    ``code`` is that of a second factor. ``attempt`` counts the attempts of this kiosk; an answer is
    to the attempt with its number.
    """

    attempt: int
    organization: str
    email: str
    password: str = field(repr=False)
    name: str = ""
    code: str = field(default="", repr=False)


@dataclass(frozen=True)
class Task(Generic[Answer]):
    """One request of staff, and where its answer goes.

    ``call`` runs in the staff thread, with the client and ``once``, the idempotency key.
    ``handle_result`` gets its answer, and ``on_failure`` its failure or ``handle_error`` a sentence
    about it, all in the GUI thread; without either the sentence is shown on the page in front.
    ``name`` is for the log.
    """

    name: str
    call: Callable[[ManagementClient, str], Answer]
    handle_result: Callable[[Answer], None]
    handle_error: Callable[[str], None] | None = None
    on_failure: Callable[[Failure], None] | None = None
    once: str = field(default_factory=lambda: str(uuid4()))


class StaffWorker(QObject):
    """Signs staff in and out, and runs their tasks one after the other."""

    signed_in = Signal(object, object)
    """Credentials, SignedIn."""
    sign_in_failed = Signal(object, object)
    """Credentials, Failure."""
    done = Signal(object, object)
    """Task, its answer."""
    failed = Signal(object, object)
    """Task, Failure."""

    def __init__(self, desk_token: DeskTokenStore) -> None:
        super().__init__()
        self._url = ""
        self._desk_key = ""
        self._client: ManagementClient | None = None
        self._token = ""
        self._desk_token = desk_token

    @Slot(str, str)
    def connect_to(self, url: str, key: str) -> None:
        """Send requests to ``url`` from now on; ``key`` is the desk's, for the first account.

        A session goes on: a service that was restarted has another address and the same sessions.
        """
        if url != self._url and self._client is not None:
            self._client.close()
            self._client = ManagementClient(url, self._token, deadline_s=_DEADLINE_S)
        self._url, self._desk_key = url, key

    @Slot(object)
    def sign_in(self, typed: Credentials) -> None:
        """Start a session and use it for all later tasks; emit ``signed_in`` or its failure."""
        if not self._url:
            failure = Failure(Cause.STARTING, "no service address yet")
            self.sign_in_failed.emit(typed, failure)
            return
        try:
            at_desk = ManagementClient(self._url, self._desk_key, deadline_s=_DEADLINE_S)
            with closing(at_desk):
                started = _start_session(at_desk, typed, self._desk_token.token)
        except ApiError as error:
            log.warning("sign-in failed", error=type(error).__name__)
            self.sign_in_failed.emit(typed, failure_of(error))
            return
        except Exception as error:
            log.exception("sign-in failed")
            self.sign_in_failed.emit(typed, Failure(Cause.INTERNAL, repr(error)))
            return
        self.close()
        self._token = started.token
        self._desk_token.save(started.device_token)
        self._client = ManagementClient(self._url, started.token, deadline_s=_DEADLINE_S)
        self.signed_in.emit(typed, started)

    @Slot(str)
    def resume(self, token: str) -> None:
        """Use a session that was started before for all later tasks."""
        self.close()
        self._token = token
        self._client = ManagementClient(self._url, token, deadline_s=_DEADLINE_S)

    @Slot(str)
    def sign_out(self, token: str) -> None:
        """End the session with this token, whether it is the one in use or came too late.

        One that the service cannot be reached about expires there.
        """
        try:
            with closing(ManagementClient(self._url, token, deadline_s=_DEADLINE_S)) as client:
                client.sign_out()
        except ApiError as error:
            log.warning("session not ended", error=repr(error))
        if token == self._token:
            self.close()

    @Slot(object)
    def run(self, task: Task[Any]) -> None:
        """Run one task and emit ``done`` or ``failed``."""
        if self._client is None:
            self.failed.emit(task, Failure(Cause.SIGNED_OUT, "nobody is signed in"))
            return
        try:
            answer = task.call(self._client, task.once)
        except ApiError as error:
            log.warning("task failed", task=task.name, error=repr(error))
            self.failed.emit(task, failure_of_task(error))
        except Exception as error:
            log.exception("task failed", task=task.name)
            self.failed.emit(task, Failure(Cause.INTERNAL, repr(error)))
        else:
            self.done.emit(task, answer)

    @Slot()
    def close(self) -> None:
        """Close the connection and forget the session token."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self._token = ""


class ProviderAway(Failure):
    """The payment provider did not answer the service, which itself works."""

    def sentence(self, texts: Texts) -> str:
        """Return a sentence that does not blame the service or its log."""
        return texts.say("Stripe does not answer just now. Try again in a moment.")


def failure_of_task(error: ApiError) -> Failure:
    """Return the failure behind ``error``.

    It tells the payment provider from the service, and an ended session from a missing right.
    """
    if isinstance(error, KeyUnknown):
        return Failure(Cause.SIGNED_OUT, str(error))
    problem = error.problem if isinstance(error, ServiceError) else None
    if problem is not None and problem.code == "payment_provider_unavailable":
        return ProviderAway(Cause.SERVICE_ERROR, str(error))
    return failure_of(error)


def _start_session(client: ManagementClient, typed: Credentials, device: str) -> SignedIn:
    """Sign in, or create the first account. Raises ApiError.

    By ``device`` the service knows a desk where somebody signed in before, so that wrong tries
    elsewhere do not delay a sign-in here.
    """
    if typed.name:
        return client.make_first_account(typed.name, typed.email, typed.password)
    return client.sign_in(
        typed.organization, typed.email, typed.password, device=device, code=typed.code
    )
