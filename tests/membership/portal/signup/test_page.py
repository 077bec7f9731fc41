"""The signup page: what it shows to whom, in which language, and what its headers forbid."""

import re

import pytest

from membership.portal.appearance import Appearance, page_colours
from membership.portal.signup.script_texts import signup_texts
from passes.contrast import contrast_ratio
from tests.membership.portal.signup.club import opened, visit
from tests.membership.support import Service

ORIGIN = "https://www.example.com"


def policy(headers: object) -> dict[str, str]:
    """The parts of a content policy by their names."""
    text = headers["Content-Security-Policy"]  # type: ignore[index]
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def nameless(html: str) -> str:
    """A page without what is another in every answer."""
    return re.sub(r'nonce="[^"]+"', "", html)


def test_the_page_lists_what_is_public(service: Service) -> None:
    opened(service)
    gold = service.plan("Gold", "pool", public=True, price_minor=4900)
    free = service.plan("Open day", public=True, description="Come <b>in</b>")
    service.plan("Staff only")
    old = service.plan("Yesterday", public=True)
    service.patch(f"/v1/plans/{old}", archived=True)
    page = visit(service)
    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for shown in ("Gold", "€49.00", "POOL", "Open day", "Free", "Come &lt;b&gt;in&lt;/b&gt;"):
        assert shown in page.text
    assert "Staff only" not in page.text
    assert "Yesterday" not in page.text
    for plan in (gold, free):
        assert f"./{service.tenant.slug}/{plan}?lang=en" in page.text


def test_only_a_free_plan_has_the_steps_to_join(service: Service) -> None:
    opened(service)
    free = visit(service, f"/{service.plan('Free', public=True)}")
    assert 'id="step-email"' in free.text
    priced = service.plan("Gold", public=True, price_minor=4900)
    told = visit(service, f"/{priced}")
    assert told.status_code == 200
    assert "This membership is paid at the desk. Please ask there to join." in told.text
    assert "<form" not in told.text
    assert "<button" not in told.text


def test_what_the_public_cannot_see_is_not_found_alike(service: Service) -> None:
    never_opened = [visit(service), visit(service, f"/{service.plan('New', public=True)}")]
    unknown = [visit(service, f"/../{name}") for name in ("nobody", "%00", "%F0%9F", "-" * 3000)]
    nobodys = [*never_opened, *unknown]
    private = service.plan("Private")
    old = service.plan("Old", public=True)
    service.patch(f"/v1/plans/{old}", archived=True)
    other = service.fresh()
    opened(other)
    theirs = other.plan("Theirs", public=True)
    opened(service, allowed_origins=[ORIGIN])
    names = (private, old, theirs, theirs.upper(), "x", "%00", "..%2f", "9" * 2000)
    hidden = [visit(service, f"/{each}") for each in names]
    for answers, framed_by in ((nobodys, "'none'"), (hidden, ORIGIN)):
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert len({nameless(answer.text) for answer in answers}) == 1
        assert {policy(answer.headers)["frame-ancestors"] for answer in answers} == {framed_by}


def test_the_page_is_framed_by_allowed_sites_only(service: Service) -> None:
    opened(service)
    assert policy(visit(service).headers)["frame-ancestors"] == "'none'"
    opened(service, allowed_origins=[ORIGIN, "http://localhost:8000"])
    found = visit(service)
    told = policy(found.headers)
    assert told["frame-ancestors"] == f"{ORIGIN} http://localhost:8000"
    assert told["default-src"] == "'none'"
    assert told["script-src"] == told["connect-src"] == "'self'"
    assert "unsafe" not in found.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in found.headers
    assert found.headers["Referrer-Policy"] == "no-referrer"
    assert found.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in found.headers
    assert re.findall(r"<script[^>]*>(.*?)</script>", found.text, re.DOTALL) == [""]
    assert not re.search(r"\son\w+=|style=", found.text)
    (nonce,) = re.findall(r'<style nonce="([^"]+)"', found.text)
    assert told["style-src"] == f"'self' 'nonce-{nonce}'"
    assert f'"{nonce}"' not in visit(service).text


def test_the_page_speaks_the_visitors_language(service: Service) -> None:
    opened(service, terms_url=f"{ORIGIN}/terms?a=1&b=2")
    quarter = {"unit": "month", "count": 3}
    plan = service.plan(
        "Gold", public=True, price_minor=123456, billing=quarter, length={"unit": "year"}
    )
    german = visit(service, f"/{plan}", **{"Accept-Language": "de-AT,en;q=0.5"}).text
    assert '<html lang="de">' in german
    assert "1.234,56\xa0€" in german
    assert "alle 3 Monate" in german
    assert "Laufzeit: 1 Jahr" in german
    english = visit(service, f"/{plan}?lang=en", **{"Accept-Language": "de"}).text
    assert "€1,234.56" in english
    assert "every 3 months" in english
    assert "Runs for 1 year" in english
    assert f'href="{ORIGIN}/terms?a=1&amp;b=2"' in english


@pytest.mark.parametrize(
    ("currency", "minor", "shown"),
    [
        ("JPY", 1500, "¥1,500"),
        ("KWD", 1500, "KWD1.500"),
        ("EUR", 5, "€0.05"),
    ],
)
def test_prices_have_as_many_digits_as_their_currency(
    service: Service, currency: str, minor: int, shown: str
) -> None:
    opened(service)
    plan = service.plan("One", public=True, price_minor=minor, currency=currency)
    page = visit(service, f"/{plan}?lang=en").text.replace("\xa0", "")
    assert shown in page
    assert "once" in page


def test_the_files_of_the_page_are_served(service: Service) -> None:
    for name in ("app.js", "login.js", "clock.js", "pay.js", "app.css"):
        assert visit(service, f"/../{name}").status_code == 200
    script = visit(service, "/embed.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(script.content) <= 2048
    assert "event.source !== frame.contentWindow" in script.text
    assert "event.origin !== address.origin" in script.text


def test_every_public_page_and_file_tells_browsers_to_be_careful(service: Service) -> None:
    opened(service)
    pages = ["", f"/{service.plan('Friends', public=True)}", "/x", "/order/paid"]
    pages += ["/../../staff/set-password"]
    files = ["/../app.js", "/../login.js", "/../clock.js", "/../pay.js", "/../app.css", "/embed.js"]
    for path in pages + files:
        answer = visit(service, path)
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert "Set-Cookie" not in answer.headers
        # Whatever is kept is asked for again, so that a new version is seen at once.
        assert answer.headers["Cache-Control"] in {"no-store", "no-cache"}, path
    for path in pages:
        answer = visit(service, path)
        told = policy(answer.headers)
        assert told["default-src"] == told["base-uri"] == told["form-action"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", answer.text)


def test_tokens_are_kept_nowhere_but_in_memory(service: Service) -> None:
    scripts = ("app.js", "login.js", "clock.js", "pay.js")
    script = "".join(visit(service, f"/../{name}").text for name in scripts)
    for store in ("localStorage", "sessionStorage", "document.cookie", "innerHTML", "eval("):
        assert store not in script


def test_every_text_that_a_script_shows_is_given_to_it(service: Service) -> None:
    scripts = "".join(visit(service, f"/../{name}.js").text for name in ("app", "login", "pay"))
    shown = set(re.findall(r"words\.(\w+)", scripts))
    assert {"working", "done_until", "paying"} <= shown
    assert shown <= set(signup_texts("en"))


@pytest.mark.parametrize("accent", ["#ffff00", "#00695c", "#808080", "#000000", "#ffffff"])
@pytest.mark.parametrize("background", ["#ffffff", "#101418", "#777777", "#c0392b"])
def test_text_can_be_read_in_any_colours(accent: str, background: str) -> None:
    shown = page_colours(Appearance(accent, background, (), None, None))
    assert contrast_ratio(shown["on_accent"], shown["accent"]) >= 4.5
    assert contrast_ratio(shown["ink"], shown["ground"]) >= 4.5
    assert contrast_ratio(shown["link"], shown["surface"]) >= 4.4
    assert contrast_ratio(shown["muted"], shown["ground"]) >= 3
