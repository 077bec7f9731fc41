"""Each error that the service may find in a field of the desk's requests has words of the desk."""

import re
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api_client.errors import Refused
from api_client.messages.scan import FieldFault, Problem
from kiosk.failures import failure_of
from kiosk.staff.forms.request import refusal
from kiosk.staff.notices import errors_of
from kiosk.staff.words.field_errors import field_error, field_errors, unknown_error
from kiosk.texts import Texts
from membership.web.errors import Invalid, field_fault
from tests.conftest import ROOT
from tests.membership.application import api_app_routes

GERMAN, ENGLISH = Texts("de"), Texts("en")
WRONG: tuple[Any, ...] = (
    None, "", " ", "a", "x" * 9000, "Ä Ö", "\u202e", "\u2800", "a@", "a@b", -1, 10**15, 1.5, [],
    ["", "a"], ["x" * 300] * 300, {}, [{}], [{"key": "Not This", "label": ""}],
    [{"key": "a", "label": "A"}] * 2, True, "2030-99-99", "0001-01-01T00:00:00Z",
    "2030-01-01T00:00:00", {"unit": "day", "count": 0}, {"unit": "era", "count": 10**9}, "\n" * 9,
)  # fmt: skip
"""Values of which each type of field refuses some."""
_PAGES = re.compile(r"/v1/(signup|wallets|card-designs|scans|visits|billing/stripe)")
"""Routes of pages that are no forms, and have words of their own."""
NOT_TYPED = {
    "model_type",
    "model_attributes_type",
    "tuple_type",
    "list_type",
    "dict_type",
    "text_expected",
    "frozen_set_type",
    "extra_forbidden",
}
"""Codes of values of another shape, which no field of a form makes."""


def bodies() -> dict[str, type[BaseModel]]:
    """The bodies of the requests that the desk's forms send, by method and path."""
    asked = set()
    for file in (ROOT / "api_client").glob("*.py"):
        for path in re.findall(r'"(/v1/[^"?]*)', file.read_text(encoding="utf-8")):
            asked.add(re.sub(r"\\\{[^/]*", "[^/]+", re.escape(path)))
    any_of = re.compile("|".join(asked))
    found = {}
    for route in api_app_routes():
        for part in route.dependant.body_params:
            kind = part.field_info.annotation
            ours = any_of.fullmatch(route.path) and not _PAGES.match(route.path)
            if ours and isinstance(kind, type) and issubclass(kind, BaseModel):
                found[f"{sorted(route.methods or ())[0]} {route.path}"] = kind
    return found


def faults_of(kind: type[BaseModel]) -> dict[tuple[str, str], FieldFault]:
    """The faults of a body by code and field, each as the service sends it."""
    found = {}
    bodies = [{}, *({name: value} for name in kind.model_fields for value in WRONG)]
    for body in bodies:
        try:
            kind.model_validate(body)
        except ValidationError as error:
            for each in error.errors():
                fault = field_fault({**each, "loc": ("body", *each["loc"])}, "en")
                found[fault.code, re.sub(r"\.\d+", ".0", fault.field)] = fault
    return found


def test_each_error_of_a_field_has_words_in_both_languages() -> None:
    sent = bodies()
    assert len(sent) > 20, sorted(sent)
    codes, without = set(), set()
    for where, kind in sent.items():
        for (code, field), fault in faults_of(kind).items():
            if code in NOT_TYPED or field == "body":
                continue
            codes.add(code)
            german, english = (field_error(fault, texts) for texts in (GERMAN, ENGLISH))
            assert fault.message not in {german, english}
            if not german or not english or german == english:
                without.add((where, code, field, fault.message))
    assert without == set()
    assert len(codes) > 12, codes


LABELS = {"email": "Email", "price_minor": "Price"}


def label_of(name: str) -> str:
    """The labels of a form with two fields."""
    return LABELS.get(name, "")


def refused(*faults: FieldFault, code: str = "invalid_request") -> Refused:
    """A refusal of the service with faults, and sentences in English."""
    return Refused(
        Problem(title="Invalid", detail="In English.", status=422, code=code, errors=faults)
    )


@pytest.mark.parametrize("texts", [GERMAN, ENGLISH], ids=["de", "en"])
def test_a_code_that_the_desk_does_not_know_is_named_without_the_english_sentence(
    texts: Texts,
) -> None:
    fault = FieldFault(field="body.email", message="In English.", code="of_tomorrow")
    sentence, errors = errors_of(failure_of(refused(fault)), label_of, texts)
    assert "English" not in sentence + errors["email"]
    assert "of_tomorrow · body.email" in errors["email"]
    assert errors["email"] == unknown_error(fault, texts)


def test_a_service_of_before_that_sends_no_codes_has_no_english_shown() -> None:
    fault = FieldFault(field="body.email", message="In English.")
    _, errors = errors_of(failure_of(refused(fault)), label_of, GERMAN)
    assert errors == {"email": "Das wurde nicht angenommen. Für den Support: body.email"}


def test_a_field_that_the_form_does_not_have_is_named() -> None:
    faults = (
        FieldFault(field="body.odd", message="x", code="missing"),
        FieldFault(field="body.email", message="x", code="string_too_long", limit="254"),
    )
    sentence, errors = errors_of(failure_of(refused(*faults)), label_of, ENGLISH)
    assert sentence == "Please correct what is marked."
    assert errors == {
        "odd": "odd: Please fill this in.",
        "email": "At most 254 characters fit here.",
    }


def test_an_entry_of_a_list_is_named_by_its_number() -> None:
    fault = FieldFault(field="body.permissions.1.key", message="x", code="string_pattern_mismatch")
    said = field_errors((fault,), lambda _name: "Permissions", ENGLISH)["permissions"]
    assert said.startswith("Entry 2: Use small letters, digits")


@pytest.mark.parametrize("code", ["phone_invalid", "name_missing", "email_missing"])
def test_a_refusal_of_one_field_by_its_own_code_stands_beside_it(code: str) -> None:
    fault = Invalid(code, "body.email", "In English.").errors[0]
    assert fault.code == code
    sentence, errors = errors_of(failure_of(refused(fault, code=code)), label_of, GERMAN)
    assert sentence == ""
    assert errors["email"]
    assert "English" not in errors["email"]
    sentence, errors = errors_of(failure_of(refused(fault, code=code)), lambda _name: "", GERMAN)
    assert (bool(sentence), errors) == (True, {})


def test_what_the_desk_itself_refuses_stands_beside_its_field() -> None:
    own = failure_of(refusal("“x” ist kein Preis.", "price_invalid", "price_minor"))
    assert errors_of(own, label_of, GERMAN) == ("", {"price_minor": "“x” ist kein Preis."})
    plain = failure_of(refusal("Es gibt jetzt: Name.", "changed_meanwhile"))
    assert errors_of(plain, label_of, GERMAN) == ("Es gibt jetzt: Name.", {})
