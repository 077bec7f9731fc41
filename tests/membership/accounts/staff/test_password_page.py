"""The page for choosing a password: what it may load, and that it asks the right route."""

import re

import pytest

from membership.accounts.staff.mails import SET_PASSWORD_PATH
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


def test_the_script_asks_a_route_that_there_is(service: Service) -> None:
    script = service.http.get(service.url + SET_PASSWORD_PATH + ".js", timeout=10).text
    (asked,) = re.findall(r'fetch\("\.\./([^"]*)"', script)
    assert "post" in api_document().text["paths"][f"/{asked}"]
