"""The form of what receipts say of the club."""

from collections.abc import Mapping

from api_client.management import ManagementClient
from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.organization import save_settings, undo_settings
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.forms.tax import rate_of, rate_typed
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts

_FIELDS = ("address", "tax_number", "tax_millipercent")


def receipts_form(
    texts: Texts, settings: OrganizationSettings
) -> tuple[Form, Filled[OrganizationSettings]]:
    """Change the club's address, tax number and tax rate, for receipts from now on."""
    say = texts.say
    form = Form(texts, say("Receipts"), say("Save"), topic="receipts")
    form.add_words(
        say(
            "Stands on the receipts of payments that are noted from now on. A receipt that was "
            "handed out stays as it is."
        )
    )
    form.add_note("address", say("Address"), settings.address)
    form.add_line("tax_number", say("Tax number"), settings.tax_number)
    form.send_as(tax="tax_millipercent")
    typed = rate_typed(settings.tax_millipercent, texts)
    form.add_line("tax", say("Tax in %"), typed)
    form.add_words(
        say(
            "The tax that prices include; empty for none. A plan can have a rate of its own. What "
            "members pay stays the same."
        )
    )

    edited = Edited(
        texts,
        settings,
        lambda present: present.model_dump(mode="json", include=set(_FIELDS)),
        {
            "address": say("Address"),
            "tax_number": say("Tax number"),
            "tax_millipercent": say("Tax in %"),
        },
        words={"tax_millipercent": lambda rate: rate_typed(rate, texts) or say("empty")},
    )

    form.undo = undo_settings(texts, edited)

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        def save(client: ManagementClient, once: str) -> OrganizationSettings:
            fields = {
                "address": values["address"],
                "tax_number": values["tax_number"],
                "tax_millipercent": rate_of(str(values["tax"]), texts),
            }
            return save_settings(edited, fields, client, once)

        return save

    return form, filled
