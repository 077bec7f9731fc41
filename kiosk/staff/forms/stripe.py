"""The forms of a club's account at Stripe."""

from collections.abc import Mapping
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.billing import StripeView
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.stripe import StripeWords
from kiosk.texts import Texts


def connect_form(texts: Texts, words: StripeWords) -> tuple[Form, Filled[StripeView]]:
    """Connect an account, or change the stored secrets, which are never shown."""
    say = texts.say
    title = say("Change the Stripe account") if words.connected else say("Connect Stripe")
    form = Form(texts, title, say("Save"), topic="stripe:connect")
    if words.connected:
        form.add_words(say("Enter both secrets again."))
    form.add_line("secret_key", say("Secret key"), secret=True)
    form.add_line("webhook_secret", say("Signing secret of the webhook"), secret=True)
    form.add_line("grace_days", say("Grace period in days"), str(words.grace_days))
    form.add_words(say("How long a membership continues after a failed payment."))

    def filled(values: Mapping[str, Value]) -> Call[StripeView]:
        def connect(client: ManagementClient, _once: str) -> StripeView:
            return client.connect_stripe(stripe_fields(values, texts), if_match=words.etag)

        return connect

    return form, filled


def disconnect_form(texts: Texts, words: StripeWords) -> tuple[Form, Filled[None]]:
    """Delete the stored keys of the account."""
    say = texts.say
    form = Form(
        texts, say("Disconnect Stripe"), say("Disconnect"), topic="stripe:disconnect", final=True
    )
    form.add_words(
        say("The keys are deleted here. Subscriptions continue at Stripe until you end them there.")
    )
    return (
        form,
        lambda _values: lambda client, once: client.disconnect_stripe(once, if_match=words.etag),
    )


def stripe_fields(values: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    """Return the body of the request.

    Blanks and line breaks around a secret, which come with a paste, are left out. Raises Refused if
    a secret is missing or the days of grace are no whole number.
    """
    secrets = {key: str(values[key]).strip() for key in ("secret_key", "webhook_secret")}
    if not all(secrets.values()):
        raise refusal(texts.say("Both secrets are needed."), "secret_missing")
    typed = str(values["grace_days"])
    if not (typed.isascii() and typed.isdecimal()):
        raise refusal(texts.say("“{text}” is not a number of days.", text=typed), "grace_invalid")
    return {**secrets, "grace_days": int(typed)}
