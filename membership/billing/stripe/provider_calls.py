"""Calls to the payment provider from within an HTTP request, outside its transactions.

Errors of the provider become error responses: 503 if it is unavailable, 409 if it refuses. A key
that it rejects is a 409 as well, never a 401 of the caller.
"""

from collections.abc import Callable
from typing import TypeVar

from membership.base.logs import logger
from membership.billing.stripe.accounts import Keys, open_gateway
from membership.billing.stripe.gateway import (
    Gateway,
    ProviderError,
    ProviderRefusesKey,
    ProviderUnavailable,
)
from membership.web.errors import ApiError, Busy, Conflict
from membership.web.outbound import Neighbour, NeighbourBusy, NeighbourLate
from membership.web.transactions import RequestTransactions

T = TypeVar("T")
_UNAVAILABLE = "payment_provider_unavailable"


async def call_provider(
    transactions: RequestTransactions, keys: Keys, call: Callable[[Gateway], T]
) -> T:
    """Return the result of ``call``, run in a thread for Stripe with a gateway to the account.

    Raises Busy (503) if the provider cannot be reached or is late, Conflict (409) if it refuses.
    """

    def run() -> T:
        with open_gateway(keys, transactions.settings) as gateway:
            return call(gateway)

    try:
        return await transactions.call_outbound(Neighbour.STRIPE, keys.organization_id, run)
    except (NeighbourBusy, NeighbourLate) as error:
        raise Busy(_UNAVAILABLE, error.detail, headers=error.headers) from error
    except ProviderError as error:
        logger().warning("payment_provider_failed", kind=type(error).__name__, why=str(error))
        raise _api_error(error) from error


def _api_error(error: ProviderError) -> ApiError:
    """The error response for an error of the provider."""
    if isinstance(error, ProviderUnavailable):
        return Busy(_UNAVAILABLE, str(error), headers={"Retry-After": "10"})
    if isinstance(error, ProviderRefusesKey):
        return Conflict("payment_provider_refuses_key", str(error))
    return Conflict("payment_provider_refused", str(error))
