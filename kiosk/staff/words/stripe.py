"""Texts about a club's account at Stripe, from messages of the service. Pure."""

from dataclasses import dataclass

from api_client.messages.billing import StripeView
from kiosk.staff.words.membership import no_public_address
from kiosk.style import Tone
from kiosk.texts import Texts


@dataclass(frozen=True)
class StripeWords:
    """Texts of the page. ``webhook_url`` is for Stripe; ``hint`` is what to do next.

    ``etag`` is the state that was loaded.
    """

    status: str
    tone: Tone
    facts: tuple[tuple[str, str], ...]
    hint: str
    webhook_url: str
    connected: bool
    grace_days: int
    etag: str = ""


def stripe_words(view: StripeView, texts: Texts) -> StripeWords:
    """Return the texts for the state of the account."""
    say = texts.say
    status, tone = say("Not connected"), Tone.NO_MEMBERSHIP
    if view.configured:
        status, tone = say("Connected"), Tone.ACTIVE
    if view.configured and view.livemode is False:
        status, tone = say("Test mode"), Tone.ATTENTION
    grace = texts.say_many("one day", "{count} days", view.grace_days)
    facts = (
        (say("Account"), view.account or ""),
        (say("Secret key"), view.key_hint or ""),
        (say("Grace period"), grace if view.configured else ""),
    )
    return StripeWords(
        status=status,
        tone=tone,
        facts=tuple(fact for fact in facts if fact[1]),
        hint=_hint(view, texts),
        webhook_url=view.webhook_url or "",
        connected=view.configured,
        grace_days=view.grace_days,
        etag=view.etag,
    )


def _hint(view: StripeView, texts: Texts) -> str:
    """Return what to know or to do next, or an empty text."""
    say = texts.say
    if view.webhook_url is None:
        return no_public_address(texts)
    if not view.configured:
        return say(
            "In Stripe's dashboard, add a webhook endpoint with the address below; "
            "then enter its signing secret here, with the secret key of the account."
        )
    if view.livemode is False:
        return say("These are test keys: no money is moved.")
    return ""
