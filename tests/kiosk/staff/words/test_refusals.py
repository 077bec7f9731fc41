"""Why the service refuses what concerns one's own account, in the words of the desk."""

import pytest

from api_client.errors import ApiError, BadAnswer, Busy, KeyUnknown, Refused, ServiceError
from api_client.messages.scan import Problem
from kiosk.failures import failure_of
from kiosk.staff.words.refusals import account_refusal
from kiosk.texts import Texts
from membership.accounts.staff.strength import Why


@pytest.mark.parametrize(
    ("code", "english", "german"),
    [
        ("password_guessable", "your name, your email or the club", "oder dem Club"),
        ("password_phrase", "well-known phrase", "bekannter Satz"),
        ("password_address", "street address", "eine Anschrift"),
        ("password_common", "easy to guess", "leicht zu erraten"),
        ("password_too_short", "at least 10 characters", "10 Zeichen"),
        ("password_too_long", "too long", "zu lang"),
        ("password_wrong", "not your current password", "nicht Ihr aktuelles Passwort"),
        ("password_changed", "changed meanwhile", "inzwischen geändert"),
        ("second_factor_wrong", "wrong or was used", "falsch oder schon benutzt"),
        ("second_factor_first", "your own second factor first", "Ihren eigenen zweiten Faktor"),
        ("second_factor_exists", "Remove the present", "Entfernen Sie zuerst"),
        ("second_factor_not_begun", "set it up anew", "richten Sie ihn neu ein"),
        ("second_factor_missing", "no second factor any more", "keinen zweiten Faktor mehr"),
        ("staff_exists", "sign in with it", "melden Sie sich damit an"),
    ],
)
def test_each_reason_is_said_in_both_languages(code: str, english: str, german: str) -> None:
    assert english in account_refusal(code, Texts("en"))
    assert german in account_refusal(code, Texts("de"))


def test_each_weakness_that_the_service_knows_has_a_sentence() -> None:
    codes = [each.value for each in Why]
    assert codes
    assert all(account_refusal(code, Texts("de")) for code in codes)


def test_the_desk_has_no_sentence_for_what_is_of_something_else() -> None:
    for code in ("", "email_taken", "password_stolen", "second_factor_needed"):
        assert account_refusal(code, Texts("de")) == ""


def test_a_failure_has_the_code_of_the_service_and_its_sentence() -> None:
    problem = Problem(title="Not possible", detail="In English.", status=422, code="some_code")
    errors: dict[ApiError, str] = {
        Refused(problem): "some_code",
        KeyUnknown("In English.", problem): "some_code",
        KeyUnknown("In English."): "",
        ServiceError("In English.", problem): "some_code",
        BadAnswer("In English."): "",
        Busy("In English."): "",
    }
    for error, code in errors.items():
        failure = failure_of(error)
        assert (failure.code, failure.detail) == (code, "In English.")
