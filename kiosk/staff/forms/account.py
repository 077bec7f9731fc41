"""The forms of one's own account: password, second factor and its demand, signing out."""

from collections.abc import Mapping

from api_client.errors import ApiError, Refused
from api_client.management import ManagementClient
from api_client.messages.management import EndedSessions
from api_client.messages.organization import OrganizationSettings
from api_client.messages.second_factor import FactorConfirmed, FactorSecret
from kiosk.failures import failure_of
from kiosk.staff.forms.meanwhile import CHANGED
from kiosk.staff.forms.refusals import in_words
from kiosk.staff.forms.request import Call, Filled, refusal
from kiosk.staff.pages.form import Form, Value
from kiosk.texts import Texts

_QR_SIDE = 200


def begin_form(texts: Texts) -> tuple[Form, Filled[FactorSecret]]:
    """Begin to set up a second factor, by the present password."""
    say = texts.say
    form = Form(texts, say("Set up a second factor"), say("Next"), topic="factor:begin")
    form.add_words(say("You need an authenticator app on your phone. Enter your password first."))
    form.add_line("password", say("Password"), secret=True)

    def filled(values: Mapping[str, Value]) -> Call[FactorSecret]:
        password = str(values["password"])
        return in_words(lambda client, _once: client.begin_second_factor(password), texts)

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
        return in_words(lambda client, _once: client.confirm_second_factor(code), texts)

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
        return in_words(lambda client, _once: client.remove_second_factor(password, code), texts)

    return form, filled


class PasswordChanger:
    """Changes the password of one member of staff, and remembers a try whose answer was lost.

    The present password is another one then, if the try arrived, and is refused when sent again.
    """

    def __init__(self) -> None:
        self._unanswered = False

    def change(self, client: ManagementClient, current: str, new: str, texts: Texts) -> None:
        """Change the password. Raises ApiError."""
        try:
            client.change_password(current, new)
        except Refused as refused:
            if refused.problem.code == "password_wrong" and self._unanswered:
                raise refusal(_may_be_changed(texts), "password_may_be_changed") from None
            raise
        except ApiError as error:
            self._unanswered |= failure_of(error).may_have_arrived
            raise
        self._unanswered = False


def password_form(texts: Texts, changer: PasswordChanger) -> tuple[Form, Filled[None]]:
    """Change one's own password. ``changer`` is that of who is signed in."""
    say = texts.say
    form = Form(texts, say("Change your password"), say("Change"), topic="password")
    form.add_line("current", say("Current password"), secret=True)
    form.add_line("new", say("New password"), secret=True)
    form.add_line("again", say("Repeat new password"), secret=True)
    form.send_as(current="current_password", new="new_password")
    form.add_words(
        say(
            "At least 10 characters, such as four words that have nothing in common. You "
            "are signed out everywhere else."
        )
    )

    def filled(values: Mapping[str, Value]) -> Call[None]:
        current, new, again = (str(values[key]) for key in ("current", "new", "again"))

        def change(client: ManagementClient, _once: str) -> None:
            if new != again:
                raise refusal(say("The new passwords do not match."), "passwords_differ", "again")
            changer.change(client, current, new, texts)

        return in_words(change, texts)

    return form, filled


def demand_form(texts: Texts, *, demanded: bool) -> tuple[Form, Filled[OrganizationSettings]]:
    """Choose whether managers and admins need a second factor."""
    say = texts.say
    title = say("Second factor of managers and admins")
    form = Form(texts, title, say("Save"), topic="factor:demand")
    form.add_switch("demanded", say("Managers and admins need a second factor"), on=demanded)
    form.add_words(
        say("Those without one must set it up at their next sign-in. Set up your own first.")
    )

    def filled(values: Mapping[str, Value]) -> Call[OrganizationSettings]:
        fields = {"second_factor_demanded": bool(values["demanded"])}

        def save(client: ManagementClient, once: str) -> OrganizationSettings:
            present = client.organization()
            if present.second_factor_demanded is not demanded:
                raise refusal(say("Somebody else has changed this meanwhile."), CHANGED)
            return client.change_organization(fields, once, if_match=present.etag)

        return in_words(save, texts)

    return form, filled


def end_form(texts: Texts) -> tuple[Form, Filled[EndedSessions]]:
    """Sign out everywhere."""
    say = texts.say
    form = Form(
        texts, say("Sign out everywhere"), say("Sign out"), topic="sessions:end", final=True
    )
    form.add_words(say("You are signed out on all desks and in all programs, here too."))
    return form, lambda _values: lambda client, _once: client.end_own_sessions()


def _may_be_changed(texts: Texts) -> str:
    return texts.say(
        "This is not your current password: an earlier try whose answer was lost may have changed "
        "it. Sign out, and sign in with the new one."
    )
