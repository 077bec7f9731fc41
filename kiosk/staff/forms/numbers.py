"""The form of what a scanned member number counts for."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts

_GREEN, _AMBER = "green", "amber"


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
    shown = [(_AMBER, say("amber: compare the photo")), (_GREEN, say("green, like a card"))]
    form.add_choice(
        "shown",
        say("Shown as"),
        shown,
        _GREEN if settings.numbers_prove else _AMBER,
    )
    form.add_words(
        say(
            "Choose green only if members carry their number on key fobs, and you accept that "
            "whoever knows a number passes with it. Safer: give each fob a code of its own."
        )
    )

    edited = Edited(
        texts,
        settings,
        lambda present: {"numbers_prove": present.numbers_prove},
        {"numbers_prove": say("Shown as")},
        words={"numbers_prove": lambda proves: dict(shown)[_GREEN if proves else _AMBER]},
    )

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        fields = {"numbers_prove": values["shown"] == _GREEN}

        def save(client: ManagementClient, once: str) -> OrganizationSettings:
            def send(body: Mapping[str, bool], **state: str) -> OrganizationSettings:
                return client.change_organization(body, once, **state)

            return edited.save(fields, send, client.organization)

        return save

    return form, filled
