"""A club's account at Stripe as managers connect it; its secrets are only ever sent."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Slot

from api_client.management import ManagementClient
from api_client.messages.billing import StripeView
from kiosk.staff.controllers.changes import Changes
from kiosk.staff.forms.membership import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.stripe import StripePage
from kiosk.staff.words.stripe import StripeWords, stripe_fields, stripe_words
from kiosk.texts import Texts


def load_stripe(client: ManagementClient, _once: str) -> StripeView:
    """The request for how payments through Stripe stand."""
    return client.stripe_setup()


class StripeDesk(QObject):
    """What is done with the account. Lives in the GUI thread."""

    def __init__(
        self, page: StripePage, texts: Texts, changes: Changes, *, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page, self._texts, self._changes = page, texts, changes
        page.connect_wanted.connect(self._ask_connect)
        page.disconnect_wanted.connect(self._ask_disconnect)

    def show(self, view: StripeView) -> None:
        """Show how payments through Stripe stand."""
        self._page.show_words(stripe_words(view, self._texts))

    @Slot(object)
    def _ask_connect(self, words: StripeWords) -> None:
        self._changes.ask(*_connect_form(self._page, self._texts, words))

    @Slot()
    def _ask_disconnect(self) -> None:
        say = self._texts.say
        form = Form(self._page, self._texts, say("Disconnect Stripe"), say("Disconnect"))
        form.add_words(
            say("The keys are forgotten here. Subscriptions go on at Stripe until ended there.")
        )
        self._changes.ask(form, lambda _values: lambda client, _once: client.disconnect_stripe())


def _connect_form(window: StripePage, texts: Texts, words: StripeWords) -> tuple[Form, Filled]:
    """Ask for the keys of an account; what is stored of them is not shown."""
    say = texts.say
    title = say("Change the Stripe account") if words.connected else say("Connect Stripe")
    form = Form(window, texts, title, say("Save"))
    if words.connected:
        form.add_words(say("Enter both secrets again; those that are stored are not shown."))
    form.add_line("secret_key", say("Secret key"), secret=True)
    form.add_line("webhook_secret", say("Signing secret of the webhook"), secret=True)
    form.add_line("grace_days", say("Days of grace"), str(words.grace_days))
    form.add_words(say("So long a membership runs on while Stripe tries a failed payment again."))

    def filled(values: Mapping[str, Value]) -> Call:
        def connect(client: Any, _once: str) -> object:
            return client.connect_stripe(stripe_fields(values, texts))

        return connect

    return form, filled
