"""Events that become due as time passes."""

from collections.abc import Callable, Iterator

from tests.fakes.stripe import checkout, invoices, schedules, subscriptions
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.shapes import Thing

_Due = tuple[int, int, Callable[[Ledger, Thing], object], Thing]


def walk(ledger: Ledger, until: int) -> None:
    """Advance to an instant, and carry out everything due until then, in order of time."""
    while True:
        coming = [each for each in _due(ledger) if each[0] <= until]
        if not coming:
            ledger.move(until)
            return
        at, _, happens, about = min(coming, key=lambda each: each[:2])
        ledger.move(at)
        happens(ledger, about)


def _due(ledger: Ledger) -> Iterator[_Due]:
    """Yield planned actions: time, rank among those of the same instant, and action."""
    for each in ledger.things.values():
        kind = each["object"]
        if kind == "checkout.session" and each["status"] == "open":
            yield each["expires_at"], 3, checkout.expire, each
        elif kind == "subscription" and each["status"] not in subscriptions.ENDED:
            yield subscriptions.period_end(each), 1, subscriptions.renew, each
            if each["cancel_at"] is not None:
                # Before the renewal of the same instant, which is then cancelled.
                yield each["cancel_at"], 0, _ended, each
        elif kind == "subscription_schedule" and (turns := schedules.turns_at(each)) is not None:
            # Before the renewal of the same instant, which is then for the next phase.
            yield turns, 0, schedules.turn, each
        elif kind == "invoice" and each["auto_advance"]:
            if each["status"] == "draft" and each["automatically_finalizes_at"] is not None:
                yield each["automatically_finalizes_at"], 2, _finalized, each
            elif each["status"] == "open" and each["next_payment_attempt"] is not None:
                yield each["next_payment_attempt"], 2, subscriptions.collect, each


def _ended(ledger: Ledger, subscription: Thing) -> None:
    subscriptions.end(ledger, subscription, "")


def _finalized(ledger: Ledger, invoice: Thing) -> None:
    invoices.finalize(ledger, invoice)
    if invoice["status"] == "paid":
        subscriptions.paid_for(ledger, invoice)
    else:
        subscriptions.collect(ledger, invoice)
