"""The state of one Stripe account: its objects, its events and its time."""

import copy
import secrets
import string
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.stripe.refusals import missing
from tests.fakes.stripe.shapes import Thing, difference, thing

API_VERSION = "2026-10-28.endive"
_LETTERS = string.ascii_letters + string.digits
_PREFIXES = {
    "billing_portal.configuration": ("bpc_1", 23),
    "billing_portal.session": ("bps_1", 23),
    "charge": ("ch_3", 23),
    "checkout.session": ("cs_test_a1", 56),
    "customer": ("cus_", 14),
    "dispute": ("du_1", 23),
    "event": ("evt_1", 23),
    "invoice": ("in_1", 23),
    "invoice_payment": ("inpay_1", 23),
    "item": ("li_1", 23),
    "line_item": ("il_1", 23),
    "payment_intent": ("pi_3", 23),
    "payment_method": ("pm_1", 23),
    "price": ("price_1", 23),
    "product": ("prod_", 14),
    "refund": ("re_3", 23),
    "request": ("req_", 14),
    "subscription": ("sub_1", 23),
    "subscription_item": ("si_", 14),
    "subscription_schedule": ("sub_sched_1", 23),
    "webhook_endpoint": ("we_1", 23),
}


def new_id(kind: str) -> str:
    """Return a random id of the length of Stripe's."""
    prefix, length = _PREFIXES[kind]
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(frozen=True)
class Policy:
    """Settings of a club in Stripe's Dashboard.

    ``retries`` are the days from each failed attempt to the next; ``when_exhausted`` is the status
    of the subscription after the last: cancel, unpaid or past_due.
    """

    country: str = "DE"
    currency: str = "eur"
    name: str = "Example Club"
    retries: tuple[int, ...] = (3, 5, 7)
    when_exhausted: str = "cancel"
    portal_configured: bool = True
    charges_enabled: bool = True


@dataclass
class Ledger:
    """Objects by id in the order of creation, and their events."""

    now: datetime
    policy: Policy
    url: str = ""
    things: dict[str, Thing] = field(default_factory=dict)
    events: list[Thing] = field(default_factory=list)
    intentions: dict[str, Thing] = field(default_factory=dict)
    """By Checkout session: what its making asked for that the session does not show."""
    bad_cards: set[str] = field(default_factory=set)
    """Payment methods that decline."""
    secrets: list[str] = field(default_factory=list)
    """Webhook secrets: the one of the start, then one for each endpoint that was made."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    request: dict[str, str | None] = field(default_factory=dict)
    """The request that is being answered: the events that it makes name it."""
    on_event: Callable[[Thing], None] = field(default=lambda _: None)
    broken: list[BaseException] = field(default_factory=list)
    """What went wrong in the fake itself, or in who hears its events; raised in the test."""

    @property
    def seconds(self) -> int:
        """The time in Unix seconds."""
        return int(self.now.timestamp())

    def after(self, **duration: float) -> int:
        """Return the Unix seconds at a duration from now, as ``timedelta`` takes it."""
        return int((self.now + timedelta(**duration)).timestamp())

    def move(self, seconds: int) -> None:
        """Set the time, or leave it if the given one has passed."""
        self.now = max(self.now, datetime.fromtimestamp(seconds, UTC))

    def make(self, kind: str, event: str | None = None, **values: Any) -> Thing:
        """Store and return a new object; ``event`` is emitted for it."""
        new = thing(kind, **{"id": new_id(kind), "created": self.seconds, **values})
        self.things[new["id"]] = new
        if event is not None:
            self.tell(event, new)
        return new

    def all(self, kind: str, **wanted: Any) -> list[Thing]:
        """Return objects of a kind with these values, oldest first."""
        return [
            each
            for each in self.things.values()
            if each["object"] == kind and all(each.get(name) == of for name, of in wanted.items())
        ]

    def get(self, kind: str, thing_id: str, param: str = "id", status: int = 404) -> Thing:
        """Return an object by its id. Raises Refused if there is none of this kind."""
        found = self.things.get(thing_id)
        if found is None or found["object"] != kind:
            raise missing(kind.rpartition(".")[2], thing_id, param, status)
        return found

    @contextmanager
    def changing(self, changed: Thing, event: str | None = None) -> Iterator[Thing]:
        """Yield an object to change; ``event`` is emitted if anything differs afterwards."""
        before = copy.deepcopy(changed)
        yield changed
        if event is not None and before != changed:
            self.tell(event, changed, difference(before, changed))

    def tell(self, kind: str, about: Thing, previous: Thing | None = None) -> None:
        """Emit an event with the current object."""
        data: Thing = {"object": copy.deepcopy(about)}
        if previous is not None:
            data["previous_attributes"] = copy.deepcopy(previous)
        endpoints = self.all("webhook_endpoint", status="enabled")
        waiting = [each for each in endpoints if {kind, "*"} & set(each["enabled_events"])]
        event = thing(
            "event",
            id=new_id("event"),
            api_version=API_VERSION,
            created=self.seconds,
            data=data,
            pending_webhooks=len(waiting),
            request={"id": self.request.get("id"), "idempotency_key": self.request.get("key")},
            type=kind,
        )
        self.events.append(event)
        self.on_event(event)
