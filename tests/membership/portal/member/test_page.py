"""The page itself and its files: who gets it, what its headers forbid, that it shows nobody."""

import re

import pytest
import requests

import resources
from membership.portal.member.files import FILES, files_version
from membership.portal.member.script_texts import member_texts
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.login.visitors import EMAIL
from tests.membership.support import TIMEOUT, Service

SCRIPTS = [path for path in FILES.values() if path.endswith(".js")]
"""Those that were written for the page."""


def visit(service: Service, path: str, **headers: str) -> requests.Response:
    """The answer to a visitor below ``/me/``."""
    return requests.get(f"{service.url}/me/{path}", headers=headers, timeout=TIMEOUT)


def nameless(html: str) -> str:
    """A page without what is another in every answer."""
    return re.sub(r'nonce="[^"]+"', "", html)


def read(path: str) -> str:
    """A file of the page as text."""
    return resources.path(f"web/{path}").read_text(encoding="utf-8")


def test_the_page_shows_the_club_and_nobody(club: Service) -> None:
    club.customer("Amara", email=EMAIL)
    page = visit(club, f"{club.tenant.slug}?lang=en")
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert club.tenant.name in page.text
    assert "--accent: #1a5fb4" in page.text
    assert "https://club.example/terms" in page.text
    assert "Amara" not in page.text
    assert "Set-Cookie" not in page.headers


def test_the_page_speaks_the_visitors_language(club: Service) -> None:
    german = visit(club, club.tenant.slug, **{"Accept-Language": "de-AT,en;q=0.5"}).text
    assert '<html lang="de">' in german
    assert "Meine Mitgliedschaft" in german
    english = visit(club, f"{club.tenant.slug}?lang=en", **{"Accept-Language": "de"}).text
    assert "My membership" in english


def test_what_is_not_open_is_not_found_alike(service: Service) -> None:
    names = (service.tenant.slug, "nobody", "%00", "%F0%9F", "-" * 3000, "app.js")
    answers = [visit(service, name) for name in names]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert len({nameless(answer.text) for answer in answers}) == 1
    opened(service)
    assert visit(service, service.tenant.slug).status_code == 200


def test_nobody_frames_the_page_and_it_runs_its_own_files_only(club: Service) -> None:
    page = visit(club, club.tenant.slug)
    told = dict(
        part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";")
    )
    assert told["frame-ancestors"] == told["default-src"] == told["form-action"] == "'none'"
    assert told["script-src"] == told["connect-src"] == told["worker-src"] == "'self'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cache-Control"] == "no-store"
    assert re.findall(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL) == [""]
    assert not re.search(r"\son\w+=|style=", page.text)
    (nonce,) = re.findall(r'<style nonce="([^"]+)"', page.text)
    assert told["style-src"] == f"'self' 'nonce-{nonce}'"
    assert f'"{nonce}"' not in visit(club, club.tenant.slug).text


def test_files_are_served_under_their_version_for_good(club: Service) -> None:
    page = visit(club, club.tenant.slug).text
    named = re.findall(r'(?:href|src)="(files/[^"]+)"', page)
    assert {each.split("/")[1] for each in named} == {files_version()}
    for name in FILES:
        answer = visit(club, f"files/{files_version()}/{name}")
        assert answer.status_code == 200
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer.headers["Cache-Control"]
    for wrong in ("files/0000000000000000/app.js", f"files/{files_version()}/page.html"):
        assert visit(club, wrong).status_code == 404
    worker = visit(club, "sw.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert worker.headers["Cache-Control"] == "no-cache"


def test_the_signup_page_logs_in_by_the_same_script(club: Service) -> None:
    shared = requests.get(f"{club.url}/join/login.js", timeout=TIMEOUT)
    assert shared.status_code == 200
    assert shared.text == visit(club, f"files/{files_version()}/login.js").text
    assert 'from "./login.js"' in read("signup/app.js")


def test_the_worker_keeps_all_files_and_scripts_load_no_others() -> None:
    (listed,) = re.findall(r"const FILES = \[(.*?)\]", read("member/sw.js"), re.DOTALL)
    assert re.findall(r'"([^"]+)"', listed) == list(FILES)
    for path in SCRIPTS:
        loaded = re.findall(r'from "\./([^"]+)"', read(path))
        assert set(loaded) <= set(FILES), path


@pytest.mark.parametrize("path", [*SCRIPTS, "member/sw.js"])
def test_scripts_write_no_html_and_read_no_cookie(path: str) -> None:
    script = read(path)
    for danger in ("innerHTML", "outerHTML", "document.write", "eval(", "document.cookie"):
        assert danger not in script


def test_the_vendored_encoder_names_its_version_and_licence() -> None:
    assert "Licensed under the MIT license" in read("member/vendor/qrcode.mjs")
    assert "2.0.4" in read("member/vendor/README.md")


def test_every_text_that_a_script_shows_is_given_to_it() -> None:
    scripts = "".join(map(read, SCRIPTS))
    shown = set(re.findall(r"words\.(\w+)", scripts))
    assert {"working", "cancel_told", "live_until"} <= shown
    assert shown <= set(member_texts("en"))
