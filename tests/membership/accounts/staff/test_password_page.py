"""The page for choosing a password: what it may load, and that it asks the right route."""

import re

import pytest

from membership.accounts.staff.mails import SET_PASSWORD_PATH
from membership.accounts.staff.page_texts import password_texts
from membership.accounts.staff.strength import Why
from tests.membership.application import api_document
from tests.membership.support import Service


@pytest.mark.parametrize(
    ("suffix", "kind"), [("", "text/html"), (".css", "text/css"), (".js", "text/javascript")]
)
def test_every_part_is_served_with_its_kind_and_shut_off_from_others(
    service: Service, suffix: str, kind: str
) -> None:
    answer = service.http.get(service.url + SET_PASSWORD_PATH + suffix, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_has_no_script_or_style_of_its_own_and_nothing_from_elsewhere(
    service: Service,
) -> None:
    page = service.http.get(service.url + SET_PASSWORD_PATH, timeout=10).text
    linked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert sorted(linked) == ["set-password.css", "set-password.js"]
    assert re.findall(r"<script(?![^>]*src=)|<style|style=|onclick|onsubmit", page) == []


@pytest.mark.parametrize(
    ("accepts", "lang", "heading"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "", "Passwort wählen"),
        ("en-GB", "", "Choose a password"),
        ("fr", "", "Choose a password"),
        ("en", "de", "Passwort wählen"),
    ],
)
def test_it_is_in_the_language_of_the_browser(
    service: Service, accepts: str, lang: str, heading: str
) -> None:
    answer = service.http.get(
        service.url + SET_PASSWORD_PATH,
        params={"lang": lang},
        headers={"Accept-Language": accepts},
        timeout=10,
    )
    assert f"<h1>{heading}</h1>" in answer.text
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_script_finds_every_text_that_it_shows(service: Service) -> None:
    script = service.http.get(service.url + SET_PASSWORD_PATH + ".js", timeout=10).text
    texts = password_texts("de")
    named = set(re.findall(r"words\.(\w+)", script))
    assert named
    assert named <= set(texts)
    codes = {name for name in texts if name.startswith("password_")}
    assert codes == {*Why, "password_too_short", "password_too_long"}
    assert set(texts) == named | codes | {"reset_token_invalid"}
    assert not [name for name, text in texts.items() if text == password_texts("en")[name]]


def test_the_script_asks_a_route_that_there_is(service: Service) -> None:
    script = service.http.get(service.url + SET_PASSWORD_PATH + ".js", timeout=10).text
    (asked,) = re.findall(r'fetch\("\.\./([^"]*)"', script)
    assert "post" in api_document().text["paths"][f"/{asked}"]
