"""In which language a visitor is answered."""

from uuid import uuid4

import pytest

from membership.web.languages import choose_language
from tests.membership.support import Service


@pytest.mark.parametrize(
    ("requested", "accepted", "preferred", "language"),
    [
        ("de", "en", "en", "de"),
        ("fr", "de;q=0.8, en;q=0.9", None, "en"),
        ("", "de-AT, en;q=0.5", "en", "de"),
        ("", "fr, it", "de-CH", "de"),
        ("", "fr, it", None, "en"),
        ("", "de;q=0, en;q=x, ;;;,", None, "en"),
        ("'\"><", "*", "", "en"),
    ],
)
def test_the_language_of_the_page(
    requested: str, accepted: str, preferred: str | None, language: str
) -> None:
    assert choose_language(requested, accepted, preferred) == language


@pytest.mark.parametrize(
    ("accepted", "detail", "language"),
    [
        pytest.param("de-AT, en;q=0.5", "Diese Seite gibt es nicht.", "de", id="german"),
        pytest.param("en, de;q=0.5", "There is no such page.", None, id="english"),
        pytest.param("fr", "There is no such page.", None, id="another"),
        pytest.param("*", "There is no such page.", None, id="any"),
        pytest.param("d\xe9, ;q=", "There is no such page.", None, id="garbage"),
        pytest.param("de" * 2000, "There is no such page.", None, id="long"),
        pytest.param(None, "There is no such page.", None, id="none"),
    ],
)
def test_the_language_of_an_error(
    service: Service, accepted: str | None, detail: str, language: str | None
) -> None:
    headers = {} if accepted is None else {"Accept-Language": accepted.encode("latin-1")}
    body = {"email": "ada@example.com"}
    answer = service.call("POST", f"/v1/join/no-{uuid4().hex}/codes", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "page_not_found")
    assert (answer.json()["detail"], answer.headers.get("Content-Language")) == (detail, language)


def test_the_message_of_a_field_and_what_has_no_translation(service: Service) -> None:
    german = {"Accept-Language": "de"}
    answer = service.call("GET", "/v1/visits", params={"cursor": "none"}, headers=german).json()
    (field,) = answer["errors"]
    assert (answer["detail"], field["message"]) == ("Das ist kein Cursor dieser Liste.",) * 2
    unknown = service.call("GET", f"/v1/customers/{uuid4()}", headers=german)
    assert unknown.json()["code"] == "customer_not_found"
    assert "Content-Language" not in unknown.headers


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_wrong_with_a_field_is_in_the_language_of_the_reader(
    service: Service, language: str
) -> None:
    body = {"name": 5, "price_minor": -1, "description": "x" * 5000, "unknown": 1}
    answer = service.call("POST", "/v1/plans", json=body, headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    told = {each["field"]: each["message"] for each in answer.json()["errors"]}
    assert told["body.unknown"].startswith("unknown")
    if language == "en":
        assert "Content-Language" not in answer.headers
        assert told["body.name"] == "Input should be a valid string"
        return
    assert answer.headers["Content-Language"] == "de"
    assert told["body.name"] == "ist kein Text"
    assert told["body.price_minor"] == "ist kleiner als 0"
    assert told["body.description"].startswith("hat mehr als ")
    assert "body.name: ist kein Text" in answer.json()["detail"]
    empty = service.call("POST", "/v1/webhooks", json={}, headers={"Accept-Language": "de"})
    (missing,) = {(e["field"], e["message"], e["code"]) for e in empty.json()["errors"]}
    assert missing == ("body.url", "fehlt", "missing")
