"""The form of who takes a seat of a company that limits them."""

from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.organization import add_switch
from kiosk.staff.forms.request import Filled
from kiosk.staff.pages.form import Form
from kiosk.texts import Texts


def seats_form(
    texts: Texts, settings: OrganizationSettings
) -> tuple[Form, Filled[OrganizationSettings]]:
    """Choose whether banned and inactive customers keep their seat of a company."""
    say = texts.say
    form = Form(texts, say("Company seats"), say("Save"), topic="seats")
    form.add_words(
        say(
            "A company may have a limited number of seats. Customers who have one come in by the "
            "membership of the company."
        )
    )
    words = {False: say("who may come in"), True: say("all who are linked")}
    filled = add_switch(
        form, texts, settings, "all_take_seats", label=say("Seats are taken by"), words=words
    )
    form.add_words(
        say(
            "With the first, a banned or inactive customer leaves the seat to the next one, and "
            "needs a free one to come back."
        )
    )
    return form, filled
