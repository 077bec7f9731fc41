"""Client of the part of the API with which a club's account at Stripe is connected."""

from collections.abc import Mapping
from typing import Any

from api_client.messages.billing import StripeView

from .client import MembershipClient

_PATH = "/v1/billing/stripe"


class StripeSetupClient(MembershipClient):
    """Raises the errors of ``api_client.errors``."""

    def stripe_setup(self) -> StripeView:
        """Show whether payments through Stripe are set up, and of which account."""
        return self._ask(StripeView, "GET", _PATH)

    def connect_stripe(self, fields: Mapping[str, Any]) -> StripeView:
        """Connect an account, or change what is stored of it."""
        return self._ask(StripeView, "PUT", _PATH, body=fields)

    def disconnect_stripe(self) -> None:
        """Forget the account's keys."""
        self._do("DELETE", _PATH)
