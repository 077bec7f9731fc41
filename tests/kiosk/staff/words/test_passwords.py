"""Why a new password is refused, in the words of the desk."""

import pytest

from api_client.errors import Refused
from api_client.messages.scan import Problem
from kiosk.failures import Cause
from kiosk.staff.words.passwords import weak_password
from kiosk.staff.worker import PasswordRefused, failure_of_sign_in
from kiosk.texts import Texts


@pytest.mark.parametrize(
    ("code", "english", "german"),
    [
        ("password_guessable", "your name, your email address or the club", "oder der Verein"),
        ("password_phrase", "a saying, a title, a song", "ein Spruch, ein Titel, ein Lied"),
        ("password_address", "a street with its number", "eine Straße mit Hausnummer"),
        ("password_common", "usual words, a place, a date", "übliche Wörter, ein Ort, ein Datum"),
        ("password_too_short", "at least 10 characters", "10 Zeichen"),
    ],
)
def test_each_reason_is_said_in_both_languages(code: str, english: str, german: str) -> None:
    assert english in weak_password(code, Texts("en"))
    assert german in weak_password(code, Texts("de"))
    problem = Problem(title="Not possible", detail="In English.", status=422, code=code)
    failure = failure_of_sign_in(Refused(problem))  # the first account is made at the sign-in
    assert isinstance(failure, PasswordRefused)
    assert (failure.cause, failure.detail) == (Cause.REFUSED, code)


def test_other_refusals_are_none_of_a_password() -> None:
    assert weak_password("email_taken", Texts("de")) == ""
    problem = Problem(title="Taken", status=409, code="email_taken")
    assert not isinstance(failure_of_sign_in(Refused(problem)), PasswordRefused)
