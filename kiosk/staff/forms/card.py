"""The forms of wallet cards."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from PySide6.QtWidgets import QWidget

from api_client.messages.cards import CardRecord, DesignLine, IssuedCard, Mailed
from api_client.messages.management import CustomerProfile
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts


class CardForms:
    """Makes the forms over one window."""

    def __init__(self, window: QWidget, texts: Texts) -> None:
        self._window, self._texts = window, texts

    def issue(
        self, profile: CustomerProfile, designs: Sequence[DesignLine]
    ) -> tuple[Form, Filled[IssuedCard]]:
        """Issue a card to a customer, in one of the designs."""
        say = self._texts.say
        title = say("Issue a card to {name}", name=profile.customer.name)
        form = self._form(title, say("Issue card"))
        if not designs:
            form.add_words(say("There is no card design yet; a manager can add one."))
            form.submit.setEnabled(False)
        form.add_choice("design_id", say("Design"), [(str(d.id), d.name) for d in designs])

        def filled(values: Mapping[str, Value]) -> Call[IssuedCard]:
            design_id = UUID(str(values["design_id"]))
            customer_id = profile.customer.id
            return lambda client, once: client.issue_card(customer_id, design_id, once)

        return form, filled

    def mail(self, card_id: UUID, email: str | None) -> tuple[Form, Filled[Mailed]]:
        """Mail the link of a card; ``email`` is the customer's address."""
        say = self._texts.say
        form = self._form(say("Send the card by mail"), say("Send"))
        form.add_words(say("Whoever has the link can add the card to a phone."))
        form.add_line("email", say("Email"), email or "")

        def filled(values: Mapping[str, Value]) -> Call[Mailed]:
            return lambda client, _once: client.mail_card(card_id, str(values["email"]) or None)

        return form, filled

    def replace(self, card_id: UUID, title: str) -> tuple[Form, Filled[IssuedCard]]:
        """Revoke a card and issue another one in its place."""
        say = self._texts.say
        form = self._form(say("Replace {card}", card=title), say("Replace"))
        form.add_words(
            say("The present card is revoked at once, on every phone; the new one has a new code.")
        )
        return form, lambda _values: lambda client, once: client.replace_card(card_id, once)

    def revoke(self, card_id: UUID, title: str) -> tuple[Form, Filled[CardRecord]]:
        """Revoke a card."""
        say = self._texts.say
        form = self._form(say("Revoke {card}", card=title), say("Revoke"))
        form.add_words(
            say("It cannot be made good again. What the customer has paid for stays theirs.")
        )
        return form, lambda _values: lambda client, _once: client.revoke_card(card_id)

    def _form(self, title: str, action: str) -> Form:
        return Form(self._window, self._texts, title, action)
