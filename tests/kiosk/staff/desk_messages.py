"""Messages about the signup, payments and Stripe, as tests of the management need them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api_client.messages.billing import StripeView
from api_client.messages.management import ActorKind, ActorView
from api_client.messages.payments import PaymentMethod, PaymentView
from api_client.messages.signup import EmbedKeyList, EmbedKeyView, SignupView
from tests.kiosk.answers import NOON

SITE_KEY = {
    "kty": "OKP", "crv": "Ed25519", "kid": "site-2027",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}  # fmt: skip
HOOK = "https://members.example.com/v1/billing/stripe/club/webhook"


def payment(number: int = 7, **changes: Any) -> PaymentView:
    """What Amara paid in cash for Gold."""
    given: dict[str, Any] = {
        "id": UUID(int=700 + number), "receipt_number": f"R-{number:06d}",
        "membership_id": UUID(int=3), "plan": "Gold", "paid_by": "Amara Okafor",
        "method": PaymentMethod.CASH, "amount_minor": 4900, "currency": "EUR", "note": "",
        "paid_at": NOON, "voided_at": None, "voided_why": None,
        "actor": ActorView(kind=ActorKind.STAFF, id=UUID(int=60), name="Greta Sommer"),
        "created_at": NOON,
    }  # fmt: skip
    return PaymentView(**(given | changes))


def voided(number: int = 7, **changes: Any) -> PaymentView:
    """A payment that was typed twice."""
    gone: dict[str, Any] = {"voided_at": NOON + timedelta(days=1), "voided_why": "typed twice"}
    return payment(number, **(gone | changes))


def signup(**changes: Any) -> SignupView:
    """The signup of a club whose service has a public address."""
    given: dict[str, Any] = {
        "open": True, "allowed_origins": ("https://www.club.example",), "accent": "#00695c",
        "background": "#ffffff", "terms_url": None, "privacy_url": None,
        "page_url": "https://members.example.com/join/club", "snippet": "<script></script>",
    }  # fmt: skip
    return SignupView(**(given | changes))


def keys(*revoked: datetime | None) -> EmbedKeyList:
    """Keys of a site, each revoked or not."""
    return EmbedKeyList(
        items=tuple(
            EmbedKeyView(
                id=UUID(int=90 + number),
                kid=f"site-{number}",
                algorithm="EdDSA",
                thumbprint="abc",
                created_at=NOON,
                revoked_at=gone,
            )
            for number, gone in enumerate(revoked)
        )
    )


def stripe(**changes: Any) -> StripeView:
    """A connected account with live keys."""
    given: dict[str, Any] = {
        "configured": True, "account": "acct_1", "livemode": True, "key_hint": "…4f9c",
        "webhook_url": HOOK, "grace_days": 7,
    }  # fmt: skip
    return StripeView(**(given | changes))
