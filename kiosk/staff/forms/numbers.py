"""The form of what a scanned member number counts for."""

from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.organization import add_switch
from kiosk.staff.forms.request import Filled
from kiosk.staff.pages.form import Form
from kiosk.texts import Texts


def numbers_form(
    texts: Texts, settings: OrganizationSettings
) -> tuple[Form, Filled[OrganizationSettings]]:
    """Choose between amber and green for codes that name a member and prove nothing."""
    say = texts.say
    form = Form(texts, say("Scanned member numbers"), say("Save"), topic="numbers")
    form.add_words(
        say(
            "A number, a customer ID or the link to a card names a member, but does not prove "
            "that it is them: numbers count up, and anybody can print the next one."
        )
    )
    words = {False: say("amber: compare the photo"), True: say("green, like a card")}
    filled = add_switch(form, texts, settings, "numbers_prove", label=say("Shown as"), words=words)
    form.add_words(
        say(
            "Choose green only if members carry their number on key fobs, and you accept that "
            "whoever knows a number passes with it. Safer: give each fob a code of its own."
        )
    )
    return form, filled
