"""Translation of the errors of Stripe's package into those of the gateway.

Source: "Errors" and "Error handling" in Stripe's API reference.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from membership.billing.stripe.gateway import (
    ProviderAtWork,
    ProviderDeclines,
    ProviderMisses,
    ProviderRefuses,
    ProviderRefusesKey,
    ProviderUnavailable,
)


@contextmanager
def provider_errors() -> Iterator[None]:
    """Raise ProviderError for any error of Stripe, and for a response that cannot be parsed."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderUnavailable("Stripe could not be reached, or has too much to do.") from error
    except stripe.AuthenticationError as error:
        raise ProviderRefusesKey("Stripe does not know this secret key.") from error
    except stripe.PermissionError as error:
        raise ProviderRefusesKey("The secret key may not do this at Stripe.") from error
    except stripe.IdempotencyError as error:
        # Its sentence is about the keys of requests, of which neither staff nor payers know.
        raise ProviderUnavailable("Stripe took this for a repeat; try again.") from error
    except stripe.InvalidRequestError as error:
        kind = ProviderMisses if error.http_status == 404 else ProviderRefuses
        raise kind(f"Stripe refused: {error.user_message}") from error
    except stripe.APIError as error:
        if error.http_status == 409:  # the same idempotency key is in use
            raise ProviderAtWork("Stripe is doing the same just now.") from error
        raise ProviderUnavailable("Stripe had an internal error.") from error
    except stripe.CardError as error:
        kind = ProviderRefuses if error.code is None else ProviderDeclines
        raise kind(f"Stripe refused: {error.user_message}") from error
    except stripe.StripeError as error:
        raise ProviderRefuses(f"Stripe refused: {error.user_message}") from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ProviderRefuses(f"Stripe's answer could not be read ({error!r}).") from error
