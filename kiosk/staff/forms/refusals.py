"""Refusals of the service about one's own account, in the words of the desk."""

from collections.abc import Callable

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.scan import Problem
from kiosk.staff.forms.request import Answer, Call
from kiosk.staff.words.passwords import weak_password
from kiosk.texts import Texts


def in_words(call: Call[Answer], texts: Texts) -> Call[Answer]:
    """Return ``call`` with the sentences of the desk in place of the service's English ones."""

    def ask(client: ManagementClient, once: str) -> Answer:
        try:
            return call(client, once)
        except Refused as refused:
            code = refused.problem.code
            sentence = weak_password(code, texts) or _SENTENCES.get(code, _same)(texts)
            if not sentence:
                raise
            raise refusal(sentence, code) from None

    return ask


def refusal(sentence: str, code: str) -> Refused:
    """Return the error of a request that is refused with a sentence."""
    return Refused(Problem(title=sentence, status=422, code=code))


def _same(_texts: Texts) -> str:
    """Return nothing: what the service says is shown."""
    return ""


def _wrong_password(texts: Texts) -> str:
    return texts.say("This is not your present password.")


def _wrong_code(texts: Texts) -> str:
    return texts.say("This code is wrong or was used. Wait for the next one.")


def _factor_first(texts: Texts) -> str:
    return texts.say("Set up your own second factor first.")


_SENTENCES: dict[str, Callable[[Texts], str]] = {
    "password_wrong": _wrong_password,
    "second_factor_wrong": _wrong_code,
    "second_factor_first": _factor_first,
}
