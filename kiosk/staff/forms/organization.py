"""Settings of the organization in forms: how they are stored, and a choice between two values."""

from collections.abc import Mapping
from typing import Any

from api_client.management import ManagementClient
from api_client.messages.organization import OrganizationSettings
from kiosk.staff.forms.meanwhile import Edited
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undoing
from kiosk.texts import Texts

_ON, _OFF = "on", "off"


def save_settings(
    edited: Edited[OrganizationSettings],
    fields: Mapping[str, Any],
    client: ManagementClient,
    once: str,
) -> OrganizationSettings:
    """Store ``fields`` of the organization. Raises ApiError, and Refused like ``Edited.save``."""

    def send(body: Mapping[str, Any], **state: str) -> OrganizationSettings:
        return client.change_organization(body, once, **state)

    return edited.save(fields, send, client.organization)


def undo_settings(texts: Texts, edited: Edited[OrganizationSettings]) -> Undoing[Any]:
    """Return how a change of settings is undone."""
    return edited.undo(
        texts.say("Saved."),
        lambda client, once, body, **state: client.change_organization(body, once, **state),
    )


def add_switch(
    form: Form,
    texts: Texts,
    settings: OrganizationSettings,
    field: str,
    *,
    label: str,
    words: Mapping[bool, str],
) -> Filled[OrganizationSettings]:
    """Add a choice of whether ``field`` is on, in the order of ``words``; return what stores it.

    In the values of the form it is "on" or "off", under the name of the field.
    """
    options = [(_ON if value else _OFF, text) for value, text in words.items()]
    form.add_choice(field, label, options, _ON if getattr(settings, field) else _OFF)
    edited = Edited(
        texts,
        settings,
        lambda present: {field: getattr(present, field)},
        {field: label},
        words={field: lambda value: words[value]},
    )

    form.undo = undo_settings(texts, edited)

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        fields = {field: values[field] == _ON}
        return lambda client, once: save_settings(edited, fields, client, once)

    return filled
