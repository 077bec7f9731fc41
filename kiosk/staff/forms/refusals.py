"""Refusals of the service in the words of the desk."""

from collections.abc import Callable

from api_client.errors import Refused
from api_client.management import ManagementClient
from kiosk.staff.forms.request import Answer, Call, refusal
from kiosk.staff.words.field_errors import name_in_request
from kiosk.staff.words.refusals import account_refusal
from kiosk.texts import Texts


def in_words(
    call: Call[Answer], texts: Texts, words: Callable[[str, Texts], str] = account_refusal
) -> Call[Answer]:
    """Return ``call`` with the sentences of the desk in place of the service's English ones.

    ``words`` returns the sentence for a code. A refusal that the desk has no sentence for is
    passed on as it is.
    """

    def ask(client: ManagementClient, once: str) -> Answer:
        try:
            return call(client, once)
        except Refused as refused:
            sentence = words(refused.problem.code, texts)
            if not sentence:
                raise
            problem = refused.problem
            field = name_in_request(problem.errors[0]) if problem.errors else ""
            raise refusal(sentence, problem.code, field) from None

    return ask
