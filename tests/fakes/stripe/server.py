"""The running fake as a test uses it: actions of customers and banks, and received requests."""

import hashlib
import hmac
import json
import queue
from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.stripe import catalog, clock, invoices, paying, payments, schedules
from tests.fakes.stripe import subscriptions as running
from tests.fakes.stripe.gate import Fault, Gate, Request
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.managed import require_unmanaged
from tests.fakes.stripe.shapes import Thing


@dataclass
class StripeServer:
    """The running fake. Amounts are in the smallest unit of their currency, times are aware.

    Objects are returned as dictionaries of their current state; ``get`` returns newer ones.
    """

    ledger: Ledger
    gate: Gate
    webhook_secret: str
    told: "queue.Queue[Thing | None]" = field(default_factory=queue.Queue)

    @property
    def url(self) -> str:
        """URL of the API, without a trailing slash."""
        return self.ledger.url

    @property
    def secret_key(self) -> str:
        """The only accepted key."""
        return self.gate.secret_key

    @property
    def now(self) -> datetime:
        """Stripe's time; only ``advance`` changes it."""
        return self.ledger.now

    @property
    def events(self) -> list[Thing]:
        """All events so far, oldest first."""
        with self.ledger.lock:
            return list(self.ledger.events)

    @property
    def requests(self) -> list[Request]:
        """All requests so far, as received."""
        return list(self.gate.requests)

    @property
    def delay_seconds(self) -> float:
        """How long each request waits before it is looked at."""
        return self.gate.delay_seconds

    @delay_seconds.setter
    def delay_seconds(self, seconds: float) -> None:
        """Seconds that each request waits before it is processed."""
        self.gate.delay_seconds = seconds

    def fail_next(
        self, times: int = 1, status: int | None = 500, *, retry_after: int | None = None
    ) -> None:
        """Let the next requests fail without any work; without a status the connection closes.

        ``retry_after`` is in seconds. Nothing is stored under an idempotency key.
        """
        self.gate.coming.extend([Fault(status, retry_after)] * times)

    def lost_answer_next(self) -> None:
        """Carry out the next request, and close the connection before the answer."""
        self.gate.coming.append(Fault(late=True))

    def delivery(
        self, event: Thing, *, secret: str | None = None, at: datetime | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """Return body and headers with which an event is posted to a webhook.

        It is signed at ``at``, by default now, with ``secret``, by default the right one.
        """
        body = json.dumps(event, indent=2)
        stamp = int((at or self.now).timestamp())
        key = (secret or self.webhook_secret).encode()
        mac = hmac.new(key, f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": f"t={stamp},v1={mac}",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        return body.encode(), headers

    def wait_delivered(self) -> None:
        """Wait until ``on_event`` has had every event so far; raises its first error."""
        self.told.join()
        if self.ledger.broken:
            raise self.ledger.broken.pop(0)

    def get(self, thing_id: str) -> Thing:
        """Return a copy of any object by its id. Raises KeyError if there is none."""
        with self.ledger.lock:
            return dict(json.loads(json.dumps(self.ledger.things[thing_id])))

    def advance(self, to: datetime) -> None:
        """Advance time, and carry out everything due in order.

        Raises ValueError if ``to`` has passed.
        """
        with self.ledger.lock:
            if to < self.now:
                raise ValueError(f"time does not run back to {to.isoformat()}")
            clock.walk(self.ledger, int(to.timestamp()))

    def pay(
        self,
        session_id: str,
        outcome: str = "paid",
        *,
        email: str = "mia@member.example",
        name: str = "Mia Member",
    ) -> Thing:
        """Pay a Checkout session: ``paid``, ``declined`` or ``processing``; return the session.

        A customer whom the session does not know enters ``email`` and ``name``. Raises ValueError
        if the session is not open.
        """
        with self.ledger.lock:
            session = self.ledger.get("checkout.session", session_id)
            paying.pay(self.ledger, session, outcome, email, name)
        return self.get(session_id)

    def settle(self, session_id: str, ok: bool) -> Thing:
        """Complete or fail the payment of a session that is ``processing``; return the session."""
        with self.ledger.lock:
            paying.settle(self.ledger, self.ledger.get("checkout.session", session_id), ok)
        return self.get(session_id)

    def set_card(self, customer_id: str, card: str) -> None:
        """Change the card of all subscriptions of a customer to ``good`` or ``declines``.

        Raises ValueError for another card.
        """
        if card not in {"good", "declines"}:
            raise ValueError(f"card {card!r} is neither good nor declines")
        method = new_id("payment_method")
        with self.ledger.lock:
            if card == "declines":
                self.ledger.bad_cards.add(method)
            customer = self.ledger.get("customer", customer_id)
            with self.ledger.changing(customer, "customer.updated"):
                customer["invoice_settings"]["default_payment_method"] = method
            for each in self.ledger.all("subscription", customer=customer_id):
                if each["status"] not in running.ENDED:
                    with self.ledger.changing(each, "customer.subscription.updated"):
                        each["default_payment_method"] = method

    def pay_invoice(self, invoice_id: str) -> Thing:
        """Pay an open invoice as the customer, with another card that is good; return the invoice.

        Raises ValueError if it is not open.
        """
        with self.ledger.lock:
            invoice = self.ledger.get("invoice", invoice_id)
            if invoice["status"] != "open":
                raise ValueError(f"invoice {invoice_id} is {invoice['status']}")
            invoices.tried(self.ledger, invoice, "paid", new_id("payment_method"))
            running.paid_for(self.ledger, invoice)
        return self.get(invoice_id)

    def cancel(self, subscription_id: str, *, at_period_end: bool, as_date: bool = False) -> Thing:
        """Cancel a subscription in the portal, at once or at the period's end; return it.

        ``as_date`` plans the end as ``cancel_at`` alone, as the portal does for some accounts.
        """
        with self.ledger.lock:
            subscription = self._going(subscription_id)
            if not at_period_end:
                running.end(self.ledger, subscription, "cancellation_requested")
            else:
                require_unmanaged(subscription)
                end = running.period_end(subscription)
                with self.ledger.changing(subscription, "customer.subscription.updated"):
                    running.plan_end(
                        subscription, self.ledger.seconds, end, cancel_at_period_end=not as_date
                    )
        return self.get(subscription_id)

    def resume(self, subscription_id: str) -> Thing:
        """Withdraw the planned end of a subscription as the customer; return it."""
        with self.ledger.lock:
            subscription = self._going(subscription_id)
            with self.ledger.changing(subscription, "customer.subscription.updated"):
                running.plan_end(
                    subscription, self.ledger.seconds, None, cancel_at_period_end=False
                )
        return self.get(subscription_id)

    def release_schedule(self, schedule_id: str) -> Thing:
        """Release a schedule as the club; return it."""
        with self.ledger.lock:
            schedules.release(self.ledger, {}, schedule_id)
        return self.get(schedule_id)

    def _going(self, subscription_id: str) -> Thing:
        subscription = self.ledger.get("subscription", subscription_id)
        if subscription["status"] in running.ENDED:
            raise ValueError(f"subscription {subscription_id} is {subscription['status']}")
        return subscription

    def refund(self, thing_id: str, amount_minor: int | None = None) -> Thing:
        """Refund a charge, or the payment of an invoice, in whole or in part; return the refund."""
        with self.ledger.lock:
            charge = self._charge(thing_id)
            made = payments.refund(
                self.ledger, charge, amount_minor, reason="requested_by_customer"
            )
        return self.get(made["id"])

    def dispute(self, thing_id: str, reason: str = "fraudulent", *, inquiry: bool = False) -> Thing:
        """Dispute a charge, or the payment of an invoice, as the bank; return the dispute.

        By an ``inquiry`` the bank only asks, and takes no money.
        """
        with self.ledger.lock:
            made = payments.dispute(self.ledger, self._charge(thing_id), reason, inquiry)
        return self.get(made["id"])

    def _charge(self, thing_id: str) -> Thing:
        found = self.ledger.things[thing_id]
        if found["object"] == "invoice":
            found = invoices.payment_of(self.ledger, found)
        if found["object"] == "payment_intent":
            found = self.ledger.things[found["latest_charge"]]
        return self.ledger.get("charge", found["id"])

    def close_dispute(self, dispute_id: str, won: bool) -> Thing:
        """Close a dispute and return it; ``won`` is from the club's view."""
        with self.ledger.lock:
            payments.close_dispute(self.ledger, self.ledger.get("dispute", dispute_id), won)
        return self.get(dispute_id)

    def void_invoice(self, invoice_id: str) -> Thing:
        """Void an open invoice as the club; return it."""
        with self.ledger.lock:
            invoice = self.ledger.get("invoice", invoice_id)
            invoices.void(self.ledger, invoice)
            running.voided(self.ledger, invoice)
        return self.get(invoice_id)

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer as the club, which cancels its subscriptions."""
        with self.ledger.lock:
            catalog.delete_customer(self.ledger, customer_id)
