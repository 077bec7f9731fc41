"""The form of a new card design."""

import re
from collections.abc import Mapping
from typing import Any

from api_client.messages.cards import EditedDesign
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.texts import Texts

_PLAIN_LETTERS = str.maketrans("äöüß", "aous")


def new_design_form(texts: Texts, design: Mapping[str, Any]) -> tuple[Form, Filled[EditedDesign]]:
    """Create a design as a copy of ``design`` under a new name."""
    form = Form(texts, texts.say("New card design"), texts.say("Create"), topic="design:new")
    form.add_words(texts.say("It begins as a copy of the design that is open."))
    form.add_line("name", texts.say("Name"))

    form.undo = lambda created: Undo(
        texts.say("The design “{name}” is created.", name=created.name),
        lambda client, once: client.archive_design(created.id, archived=True, once=once),
        texts.say("The design is archived."),
    )

    def filled(values: Mapping[str, Value]) -> Call[EditedDesign]:
        name = str(values["name"])
        return lambda client, once: client.create_design(key_of(name), name, design, once)

    return form, filled


def key_of(name: str) -> str:
    """Return a key for install links: of lower-case letters, digits and dashes, at most 60."""
    plain = name.lower().translate(_PLAIN_LETTERS)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "card"
