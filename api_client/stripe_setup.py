"""Client of the part of the API for a club's account at Stripe."""

from collections.abc import Mapping
from typing import Any

from api_client.messages.billing import StripeView

from .client import MembershipClient, keyed

_PATH = "/v1/billing/stripe"


class StripeSetupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def stripe_setup(self) -> StripeView:
        """Return whether an account is connected, and which."""
        return self._ask(StripeView, "GET", _PATH)

    def connect_stripe(self, fields: Mapping[str, Any], *, if_match: str = "") -> StripeView:
        """Connect an account, or change its stored keys, unless it is not as in ``if_match``."""
        return self._ask(StripeView, "PUT", _PATH, body=fields, headers=keyed("", if_match))

    def disconnect_stripe(self, once: str = "", *, if_match: str = "") -> None:
        """Delete the stored keys of the account, unless it is not as in ``if_match``."""
        self._do("DELETE", _PATH, once=once, if_match=if_match)
