"""Types of Stripe events that are processed.

The names are Stripe's: "Types of events" in the reference of its API.
"""

PROCESSED_EVENTS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "invoice.paid",
        "invoice.payment_failed",
        "invoice.finalized",
        "invoice.voided",
        "invoice.marked_uncollectible",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.closed",
    }
)
"""The webhook endpoint at Stripe has to send all of these; others are answered and dropped."""
