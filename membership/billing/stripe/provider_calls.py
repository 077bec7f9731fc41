"""Calls to the payment provider from within an HTTP request, outside its transactions.

Errors of the provider become error responses: 503 if it is unavailable, 409 if it refuses. A key
that it rejects is a 409 as well, never a 401 of the caller. What the provider said is for staff and
API keys: anybody else gets a sentence of ours, and the log has the provider's.
"""

from collections.abc import Callable
from typing import TypeVar

from api_client.messages.management import ActorKind
from membership.base.actors import Actor
from membership.base.logs import logger
from membership.billing.stripe.accounts import Keys, open_gateway
from membership.billing.stripe.gateway import (
    Gateway,
    ProviderArchived,
    ProviderDeclines,
    ProviderError,
    ProviderRefusesKey,
    ProviderUnavailable,
)
from membership.web.errors import ApiError, Busy, Conflict
from membership.web.outbound import Neighbour, NeighbourBusy, NeighbourLate
from membership.web.transactions import RequestTransactions
from resources.catalogue import translatable

T = TypeVar("T")
_UNAVAILABLE = "payment_provider_unavailable"
_REFUSED = "payment_provider_refused"
_ARCHIVED = "plan_archived_at_provider"
_SHOWN_PROVIDER = frozenset({ActorKind.STAFF, ActorKind.API_KEY})
"""Callers who are shown what the provider said."""
_PUBLIC_UNAVAILABLE = translatable(
    "The payment provider cannot be reached at the moment. Please try again in a few minutes."
)
_PUBLIC_REFUSED = translatable(
    "The payment provider does not accept this at the moment. Please ask at the desk."
)
_PUBLIC_DECLINED = translatable(
    "The payment did not go through, and nothing was changed. Please look at the payment method."
)
_PUBLIC_ARCHIVED = translatable(
    "This membership cannot be paid online at the moment. Please ask at the desk."
)


async def call_provider(
    transactions: RequestTransactions, keys: Keys, call: Callable[[Gateway], T]
) -> T:
    """Return the result of ``call``, run in a thread for Stripe with a gateway to the account.

    Raises Busy (503) if the provider cannot be reached or is late, Conflict (409) if it refuses;
    the cause of both is the ``ProviderError``.
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
        raise _api_error(error, transactions.caller) from error


def _api_error(error: ProviderError, caller: Actor | None) -> ApiError:
    """The error response for an error of the provider, in words for the caller."""
    staff = caller is not None and caller.kind in _SHOWN_PROVIDER
    if isinstance(error, ProviderUnavailable):
        detail = str(error) if staff else _PUBLIC_UNAVAILABLE
        return Busy(_UNAVAILABLE, detail, headers={"Retry-After": "10"})
    if isinstance(error, ProviderArchived):
        return Conflict(_ARCHIVED, str(error) if staff else _PUBLIC_ARCHIVED)
    if isinstance(error, ProviderDeclines):
        return Conflict("payment_declined", str(error) if staff else _PUBLIC_DECLINED)
    if not staff:
        return Conflict(_REFUSED, _PUBLIC_REFUSED)
    if isinstance(error, ProviderRefusesKey):
        return Conflict("payment_provider_refuses_key", str(error))
    return Conflict(_REFUSED, str(error))
