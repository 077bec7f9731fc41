"""The form that erases a customer: what is deleted, what stays, and what the provider has."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.people import Erased
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.words.erase import erase_refusal, erase_words
from kiosk.staff.words.merge import Person
from kiosk.texts import Texts

_KEEP, _DELETE = "keep", "delete"


def erase_form(texts: Texts, person: Person) -> tuple[Form, Filled[Erased]]:
    """Erase a customer, confirmed by typing their number.

    A customer whom a subscription still decides about cannot be erased, which is said at once.
    """
    say, customer = texts.say, person.profile.customer
    words = erase_words(person, texts)
    form = Form(
        texts,
        say("Erase a customer"),
        say("Erase for good"),
        topic=f"erase:{customer.id}",
        about=person.who,
        final=True,
    )
    if words.barred:
        form.show_failure(words.barred)
        form.submit.setEnabled(False)
        return form, _nothing
    for sentence in words.sentences:
        form.add_words(sentence)
    if words.running:
        running = ", ".join(words.running)
        form.add_words(say("Not over yet: {plans}.", plans=running))
        form.add_switch("end_memberships", say("End these memberships too"))
    if words.at_provider:
        form.add_words(words.at_provider)
        form.add_choice(
            "provider",
            say("At Stripe"),
            [
                ("", say("Please choose")),
                (_DELETE, say("delete the customer there too")),
                (_KEEP, say("leave the customer there")),
            ],
        )
    line = form.add_line("confirm", say("Number"))
    line.setPlaceholderText(say("To confirm: {number}", number=customer.number))

    def filled(values: Mapping[str, Value]) -> Call[Erased]:
        number, ends = str(values["confirm"]), bool(values.get("end_memberships"))
        provider = values.get("provider", _KEEP)

        def erase(client: ManagementClient, _once: str) -> Erased:
            if not provider:
                raise refusal(say("Choose what happens to the customer at Stripe."), "undecided")
            return client.erase_customer(
                customer.id,
                number,
                end_memberships=ends,
                delete_at_provider=provider == _DELETE,
            )

        return in_words(erase, texts, erase_refusal)

    return form, filled


def _nothing(_values: Mapping[str, Value]) -> Call[Erased]:
    """Fail: a form that bars the erasure cannot be sent."""
    raise RuntimeError("an erasure that is not possible yet was sent")
