"""Asking the provider from within a request, between its transactions.

What the provider refuses becomes an answer of the API. A failure of the provider is never told
as one of the caller's.
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
from membership.web.transactions import Steps

T = TypeVar("T")


async def ask(steps: Steps, keys: Keys, work: Callable[[Gateway], T]) -> T:
    """Ask the account of ``keys``.

    Raises Busy if the provider cannot be reached; Conflict if it refuses.
    """

    def asked() -> T:
        with open_gateway(keys, steps.settings) as gateway:
            return work(gateway)

    try:
        return await steps.asking(asked)
    except ProviderError as error:
        logger().warning("payment_provider_failed", kind=type(error).__name__, why=str(error))
        raise _answer(error) from error


def _answer(error: ProviderError) -> ApiError:
    """What the caller is told."""
    if isinstance(error, ProviderUnavailable):
        return Busy("payment_provider_unavailable", str(error), headers={"Retry-After": "10"})
    if isinstance(error, ProviderRefusesKey):
        return Conflict("payment_provider_refuses_key", str(error))
    return Conflict("payment_provider_refused", str(error))
