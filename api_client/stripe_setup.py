"""Client of the part of the API for a club's account at Stripe."""

from collections.abc import Mapping
from typing import Any

from api_client.messages.billing import StripeView

from .client import MembershipClient

_PATH = "/v1/billing/stripe"


class StripeSetupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def stripe_setup(self) -> StripeView:
        """Return whether an account is connected, and which."""
        return self._ask(StripeView, "GET", _PATH)

    def connect_stripe(self, fields: Mapping[str, Any]) -> StripeView:
        """Connect an account, or change its stored keys."""
        return self._ask(StripeView, "PUT", _PATH, body=fields)

    def disconnect_stripe(self, once: str = "") -> None:
        """Delete the stored keys of the account."""
        self._do("DELETE", _PATH, once=once)
