"""The forms of one's own account: the second factor, and signing out everywhere."""

from collections.abc import Mapping

from api_client.messages.management import (
    EndedSessions,
    FactorConfirmed,
    FactorSecret,
)
from kiosk.staff.forms.request import Call, Filled
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts

_QR_SIDE = 200


def begin_form(texts: Texts) -> tuple[Form, Filled[FactorSecret]]:
    """Begin to set up a second factor, by the present password."""
    say = texts.say
    form = Form(texts, say("Set up a second factor"), say("Next"), topic="factor:begin")
    form.add_words(say("You need an authenticator app on your phone. First your password:"))
    form.add_line("password", say("Password"), secret=True)

    def filled(values: Mapping[str, Value]) -> Call[FactorSecret]:
        password = str(values["password"])
        return lambda client, _once: client.begin_second_factor(password)

    return form, filled


def confirm_form(texts: Texts, made: FactorSecret) -> tuple[Form, Filled[FactorConfirmed]]:
    """Show the secret to the phone, and ask for the first code."""
    say = texts.say
    form = Form(texts, say("Scan this code"), say("Turn on"), topic="factor:confirm")
    form.add_code(made.uri, _QR_SIDE)
    form.add_words(say("Scan it with the authenticator, or type this key:"))
    form.add_fact(" ".join(made.secret[at : at + 4] for at in range(0, len(made.secret), 4)))
    form.add_line("code", say("Code of the authenticator"))

    def filled(values: Mapping[str, Value]) -> Call[FactorConfirmed]:
        code = str(values["code"])
        return lambda client, _once: client.confirm_second_factor(code)

    return form, filled


def remove_form(texts: Texts) -> tuple[Form, Filled[None]]:
    """Remove the second factor, by the password and a code."""
    say = texts.say
    form = Form(
        texts, say("Remove the second factor"), say("Remove"), topic="factor:remove", final=True
    )
    form.add_line("password", say("Password"), secret=True)
    form.add_line("code", say("Code"))

    def filled(values: Mapping[str, Value]) -> Call[None]:
        password, code = str(values["password"]), str(values["code"])
        return lambda client, _once: client.remove_second_factor(password, code)

    return form, filled


def end_form(texts: Texts) -> tuple[Form, Filled[EndedSessions]]:
    """Sign out everywhere."""
    say = texts.say
    form = Form(
        texts, say("Sign out everywhere"), say("Sign out"), topic="sessions:end", final=True
    )
    form.add_words(say("All desks and programs where you are signed in are signed out, here too."))
    return form, lambda _values: lambda client, _once: client.end_own_sessions()
