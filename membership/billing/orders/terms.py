"""The terms on which something was ordered, and whether its payment is still in progress."""

from api_client.messages.billing import OrderState
from membership.rules.periods import Interval
from membership.store.models import BillingOrder


def billing_terms(order: BillingOrder) -> Interval | None:
    """Return the interval at which an order's price is due; None if it is due once."""
    if order.billing_unit is None or order.billing_count is None:
        return None
    return Interval(order.billing_unit, order.billing_count)


def length_terms(order: BillingOrder) -> Interval | None:
    """Return the length of the ordered membership; None for as long as it is paid."""
    if order.length_unit is None or order.length_count is None:
        return None
    return Interval(order.length_unit, order.length_count)


def is_payment_pending(order: BillingOrder) -> bool:
    """Whether the checkout is completed and the payment, by a delayed method, is in progress."""
    done = order.state is OrderState.COMPLETED
    return done and order.membership_id is None and order.trouble is None
