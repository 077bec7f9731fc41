"""The form of who takes a seat of a company that limits them."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts

_MAY_COME, _ALL = "may_come", "all"


def seats_form(
    texts: Texts, settings: OrganizationSettings
) -> tuple[Form, Filled[OrganizationSettings]]:
    """Choose whether banned and inactive customers keep their seat of a company."""
    say = texts.say
    form = Form(texts, say("Company seats"), say("Save"), topic="seats")
    form.add_words(
        say(
            "A company may have a limited number of seats. Whoever takes one comes in by the "
            "membership of the company."
        )
    )
    taken = [(_MAY_COME, say("who may come in")), (_ALL, say("all who are linked"))]
    form.add_choice(
        "taken", say("Seats are taken by"), taken, _ALL if settings.all_take_seats else _MAY_COME
    )
    form.add_words(
        say(
            "With the first, a banned or inactive customer leaves the seat to the next one, and "
            "needs a free one to come back."
        )
    )
    edited = Edited(
        texts,
        settings,
        lambda present: {"all_take_seats": present.all_take_seats},
        {"all_take_seats": say("Seats are taken by")},
        words={"all_take_seats": lambda every: dict(taken)[_ALL if every else _MAY_COME]},
    )

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        fields = {"all_take_seats": values["taken"] == _ALL}

        def save(client: ManagementClient, once: str) -> OrganizationSettings:
            def send(body: Mapping[str, bool], **state: str) -> OrganizationSettings:
                return client.change_organization(body, once, **state)

            return edited.save(fields, send, client.organization)

        return save

    return form, filled
