"""The forms of a permission: its label, and taking it away."""

from collections.abc import Mapping

from api_client.messages.scan import PermissionView
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.staff.undo import Undo
from kiosk.staff.words.plans import PermissionRow, carried_words
from kiosk.texts import Texts


def rename_form(texts: Texts, row: PermissionRow) -> tuple[Form, Filled[PermissionView]]:
    """Change the label of a permission; its key stays."""
    say = texts.say
    topic, about = f"permission:{row.key}", f"{row.label} · {row.key}"
    form = Form(texts, say("Rename permission"), say("Rename"), topic=topic, about=about)
    form.add_line("label", say("Name"), row.label, required=True)
    form.add_words(say("Plans: {plans}", plans=carried_words(row, texts)))
    form.add_words(say("Sold memberships keep the former name."))
    form.undo = lambda _view: Undo(
        say("Saved."),
        lambda client, once: client.relabel_permission(row.key, row.label, once),
    )

    def filled(values: Mapping[str, Value]) -> Call[PermissionView]:
        label = str(values["label"])
        return lambda client, once: client.relabel_permission(row.key, label, once)

    return form, filled


def delete_form(texts: Texts, row: PermissionRow) -> tuple[Form, Filled[None]]:
    """Delete a permission that no plan carries; of another one, say which plans do."""
    say = texts.say
    topic, about = f"permission:delete:{row.key}", f"{row.label} · {row.key}"
    form = Form(
        texts, say("Delete permission"), say("Delete"), topic=topic, about=about, final=True
    )
    if row.plans:
        form.add_words(say("It cannot be deleted while plans have it: {plans}.",
                           plans=", ".join(row.plans)))  # fmt: skip
        form.submit.setEnabled(False)
    else:
        form.add_words(say("No plan has it. Memberships that were sold with it keep it."))
    return form, lambda _values: lambda client, once: client.delete_permission(row.key, once)
