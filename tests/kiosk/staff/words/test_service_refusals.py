"""Refusals of the service in the language of the desk, by their codes."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from api_client.errors import Refused
from api_client.messages.scan import Problem
from kiosk.failures import failure_of
from kiosk.staff.forms.request import refusal
from kiosk.staff.notices import sentence_of
from kiosk.staff.words.erase import erase_refusal
from kiosk.staff.words.merge import merge_refusal
from kiosk.staff.words.refusals import account_refusal
from kiosk.staff.words.service_refusals import service_refusal
from kiosk.texts import Texts
from tests.conftest import ROOT

GERMAN, ENGLISH = Texts("de"), Texts("en")
ELSEWHERE = {
    "email_domain_not_confirmed": "the form of a company",
    "plan_held": "the form of a sale asks",
    "other_subscription_runs": "the form of an order asks",
    "not_the_last_change": "the form of an undo",
    "nothing_to_undo": "the form of an undo",
    "undo_too_late": "the form of an undo",
    "subscriptions_undecided": "the forms of a customer and of a merge",
    "order_not_charging": "the form of a merge",
    "memberships_running": "the form of an erasure",
    "confirm_wrong": "the form of an erasure",
}
"""Codes with words in forms of their own."""
PLACES = (
    "accounts",
    "members",
    "billing",
    "data/privacy/erasure.py",
    "wallet/cards",
    "portal/site_login",
    "wallet/designs",
    "web/idempotency.py",
)
"""Where the service refuses what staff do."""
NOT_AT_THE_DESK = {
    "plan_not_public": "joining online",
    "signup_for_another": "joining online",
    "payment_at_desk": "joining online",
    "event_not_found": "the events of the API",
    "task_not_found": "the tasks of the API",
    "visit_id_reused": "a scan, not a form",
    "request_forgotten": "the controller of forms asks",
}


def codes(places: tuple[str, ...] = PLACES) -> set[str]:
    """The codes with which the service refuses in these places."""
    found = set()
    for place in places:
        path = ROOT / "membership" / place
        files: list[Path] = [path] if path.is_file() else sorted(path.rglob("*.py"))
        for file in files:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func) in {"Conflict", "NotFound", "Invalid"}
                    and isinstance(node.args[0], ast.Constant)
                ):
                    found.add(str(node.args[0].value))
    return found


def test_what_staff_are_refused_most_has_words() -> None:
    refused = codes()
    assert len(refused) > 25
    without = {
        code
        for code in refused
        if not (service_refusal(code, GERMAN) or account_refusal(code, GERMAN))
    }
    assert without - set(ELSEWHERE) - set(NOT_AT_THE_DESK) == set()


_MERGE = ("members/customers/merge.py", "members/payers/merging.py")
FORMS: dict[str, tuple[tuple[str, ...], Callable[[str, Texts], str]]] = {
    "merge": (_MERGE, merge_refusal),
    "erasure": (("data/privacy/erasure.py",), erase_refusal),
}
"""Where the service refuses it, and the words of its form for a code."""
_BY_ERASURE = {"billed_by_provider", "customer_not_found"}
"""Raised by what an erasure calls."""


@pytest.mark.parametrize("name", FORMS)
def test_each_refusal_of_a_merge_and_of_an_erasure_has_words(name: str) -> None:
    places, own = FORMS[name]
    refused = codes(places) | (_BY_ERASURE if name == "erasure" else {"customer_not_found"})
    assert len(refused) > 3
    for code in refused:
        said = [own(code, texts) or service_refusal(code, texts) for texts in (GERMAN, ENGLISH)]
        assert all(said), code
        assert said[0] != said[1], code


@pytest.mark.parametrize(
    "code", ["membership_open", "changed_meanwhile", "plan_archived", "amount_zero"]
)
def test_a_german_desk_shows_no_english(code: str) -> None:
    problem = Problem(title="Conflict", status=409, detail="In English.", code=code)
    failure = failure_of(Refused(problem))
    german, english = sentence_of(failure, GERMAN), sentence_of(failure, ENGLISH)
    assert "English" not in german + english
    assert german != english


def test_a_code_without_words_is_named_for_support_and_a_sentence_of_the_desk_is_shown() -> None:
    problem = Problem(title="Conflict", status=409, detail="In English.", code="new_one")
    said = sentence_of(failure_of(Refused(problem)), GERMAN)
    assert "English" not in said
    assert "new_one" in said
    own = failure_of(refusal("Es gibt jetzt: Name.", "changed_meanwhile"))
    assert sentence_of(own, GERMAN) == "Es gibt jetzt: Name."
