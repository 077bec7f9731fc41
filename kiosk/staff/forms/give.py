"""The forms of cards of other makers: given to a member, and taken back."""

from collections.abc import Mapping
from uuid import UUID

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.cards import CardRecord, TakenBack
from kiosk.failures import OWN_WORDS
from kiosk.foreign_read import ForeignRead
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.pages.member import MemberRow
from kiosk.staff.words.give import MemberWords, code_shown, refusal
from kiosk.texts import Texts
from passes.codes.foreign import is_product

_LONGEST_LABEL = 120


def give_form(
    texts: Texts, read: ForeignRead, customer_id: UUID, member: MemberWords
) -> tuple[Form, Filled[CardRecord], MemberRow]:
    """Give a code to a member. The row shows whom, and their photo once it is loaded."""
    say = texts.say
    form = Form(
        texts,
        say("Give this card to a member"),
        say("Give card"),
        topic=f"give:{read.readings[0]}",
        about=member.about,
    )
    row = MemberRow(member)
    form.add_part(row)
    if len(read.readings) == 1:
        form.add_words(say("Code: {code}", code=code_shown(read.readings[0])))
    else:
        form.add_words(say("The keyboard gives two readings: choose what is on the card."))
        shown = [(code, code_shown(code)) for code in read.readings]
        form.add_choice("code", say("Code"), shown)
    label = form.add_line("label", say("Name of the card"), say("Key fob or old card"))
    label.setMaxLength(_LONGEST_LABEL)
    if any(is_product(code) for code in read.readings):
        form.add_words(say("Products have such codes. Each of them would let this member in."))
        form.add_switch("product", say("It is not on a product: give it anyway"))

    def filled(values: Mapping[str, Value]) -> Call[CardRecord]:
        code = str(values.get("code") or read.readings[0])
        label, product = str(values["label"]) or None, bool(values.get("product"))

        def give(client: ManagementClient, once: str) -> CardRecord:
            try:
                return client.give_code(
                    customer_id, code, label=label, confirm_product=product, once=once
                )
            except Refused as refused:
                raise in_words(refused, texts) from refused

        return give

    return form, filled, row


def take_back_form(
    texts: Texts, card_id: UUID, title: str, about: str
) -> tuple[Form, Filled[TakenBack]]:
    """Take a card of another maker back from a member."""
    say = texts.say
    title = say("Take {card} back", card=title)
    form = Form(
        texts, title, say("Take back"), topic=f"take_back:{card_id}", about=about, final=True
    )
    form.add_words(say("It can then be given to another member. Visits stay."))
    return form, lambda _values: lambda client, once: client.take_back(card_id, once)


def in_words(refused: Refused, texts: Texts) -> Refused:
    """Return a refusal in the language of the desk, as far as its reason is known."""
    problem = refused.problem
    who = problem.errors[0].message if problem.errors and problem.code == "code_taken" else ""
    words = refusal(problem.code, who, texts)
    return (
        Refused(problem.model_copy(update={"type": OWN_WORDS, "detail": words}))
        if words
        else refused
    )
