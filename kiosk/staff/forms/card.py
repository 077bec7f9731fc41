"""The forms of wallet cards."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from api_client.messages.cards import CardRecord, DesignLine, IssuedCard, Mailed
from api_client.messages.management import CustomerProfile
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.texts import Texts


class CardForms:
    """Makes the forms. ``about`` is the holder, with name and number."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def issue(
        self, profile: CustomerProfile, designs: Sequence[DesignLine]
    ) -> tuple[Form, Filled[IssuedCard]]:
        """Issue a card to a customer, in one of the designs."""
        say = self._texts.say
        customer = profile.customer
        form = Form(
            self._texts,
            say("Issue a card"),
            say("Issue card"),
            topic=f"issue:{customer.id}",
            about=f"{customer.name} · {customer.number}",
        )
        if not designs:
            form.add_words(say("There is no card design yet; a manager can add one."))
            form.submit.setEnabled(False)
        form.undo = lambda issued: Undo(
            say("Card issued to {name}.", name=customer.name),
            lambda client, once: client.revoke_card(issued.card.id, once),
            say("The card is revoked."),
        )
        form.add_choice("design_id", say("Design"), [(str(d.id), d.name) for d in designs])

        def filled(values: Mapping[str, Value]) -> Call[IssuedCard]:
            design_id = UUID(str(values["design_id"]))
            return lambda client, once: client.issue_card(customer.id, design_id, once)

        return form, filled

    def mail(self, card_id: UUID, email: str | None, about: str) -> tuple[Form, Filled[Mailed]]:
        """Mail the link of a card; ``email`` is the customer's address."""
        say = self._texts.say
        form = self._form(card_id, about, say("Send the card by mail"), say("Send"))
        form.add_words(say("Whoever has the link can add the card to a phone."))
        form.add_line("email", say("Email"), email or "")

        def filled(values: Mapping[str, Value]) -> Call[Mailed]:
            email = str(values["email"]) or None
            return lambda client, once: client.mail_card(card_id, email, once)

        return form, filled

    def new_link(
        self, card_id: UUID, email: str | None, about: str
    ) -> tuple[Form, Filled[Mailed | CardRecord]]:
        """Withdraw the links of a card and mail a new one, or only show it."""
        say = self._texts.say
        form = self._form(card_id, about, say("Send a new link"), say("Withdraw and send"))
        form.add_words(
            say(
                "The links that were sent or shown before open nothing any more. Phones that have "
                "the card keep it."
            )
        )
        form.add_line("email", say("Email"), email or "")
        form.add_words(say("Without an address, the new link is shown on this page only."))

        def filled(values: Mapping[str, Value]) -> Call[Mailed | CardRecord]:
            email = str(values["email"]) or None
            if email is None:
                return lambda client, once: client.new_link(card_id, once)
            return lambda client, once: client.mail_card(card_id, email, once, new_link=True)

        return form, filled

    def replace(self, card_id: UUID, title: str, about: str) -> tuple[Form, Filled[IssuedCard]]:
        """Revoke a card and issue another one in its place."""
        say = self._texts.say
        title = say("Replace {card}", card=title)
        form = self._form(card_id, about, title, say("Replace"), final=True)
        form.add_words(
            say("The present card is revoked at once on every phone; the new one has a new code.")
        )
        return form, lambda _values: lambda client, once: client.replace_card(card_id, once)

    def revoke(self, card_id: UUID, title: str, about: str) -> tuple[Form, Filled[CardRecord]]:
        """Revoke a card."""
        say = self._texts.say
        title = say("Revoke {card}", card=title)
        form = self._form(card_id, about, title, say("Revoke"), final=True)
        form.add_words(say("This cannot be undone. The customer keeps what is paid."))
        return form, lambda _values: lambda client, once: client.revoke_card(card_id, once)

    def _form(
        self, card_id: UUID, about: str, title: str, action: str, *, final: bool = False
    ) -> Form:
        topic = f"card:{action}:{card_id}"
        return Form(self._texts, title, action, topic=topic, about=about, final=final)
