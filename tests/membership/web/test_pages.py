"""Pages are escaped, carry a nonce of their own, and forbid what their kind does not allow."""

import re

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from membership.web.pages import PageKind, content_policy, render_page, static_file

KIND = PageKind("style-src 'nonce-{nonce}'", {"X-Robots-Tag": "noindex"})
HOSTILE = "<script>alert('&')</script>"


def order(organization: str = "Club") -> dict[str, object]:
    """The values of the page after a payment."""
    return {
        "colours": dict.fromkeys(
            ("scheme", "ground", "ink", "muted", "line", "surface", "accent", "on_accent", "link"),
            "red",
        ),
        "logo": None,
        "root": None,
        "organization": organization,
        "slug": "club",
        "paid": True,
    }


def test_a_page_has_its_headers_and_a_nonce_of_its_own() -> None:
    pages = [render_page(KIND, "signup/order.html", "de", order()) for _ in range(2)]
    nonces = []
    for page in pages:
        html = bytes(page.body).decode()
        assert '<html lang="de">' in html
        assert "<h1>Vielen Dank</h1>" in html
        (nonce,) = re.findall(r'nonce="([^"]+)"', html)
        nonces.append(nonce)
        assert page.status_code == 200
        assert dict(page.headers) == {
            "content-security-policy": (
                f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none';"
                " form-action 'none'; frame-ancestors 'none'"
            ),
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
            "x-robots-tag": "noindex",
            "content-type": "text/html; charset=utf-8",
            "content-length": str(len(page.body)),
        }
    assert len(set(nonces)) == 2
    assert all(len(nonce) >= 22 for nonce in nonces)


def test_every_value_is_escaped() -> None:
    page = render_page(KIND, "signup/order.html", "en", order(HOSTILE))
    html = bytes(page.body).decode()
    assert HOSTILE not in html
    assert "&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;" in html


def test_a_page_that_lacks_a_value_is_an_error() -> None:
    values = order()
    del values["paid"]
    with pytest.raises(UndefinedError, match="'paid' is undefined"):
        render_page(KIND, "signup/order.html", "en", values)


def test_templates_are_found_below_their_folder_only() -> None:
    with pytest.raises(TemplateNotFound):
        render_page(KIND, "../__init__.py", "en", {})


def test_a_policy_names_the_sites_that_may_frame_a_page() -> None:
    framed = content_policy("img-src data:", ("https://a.example", "https://b.example"))
    assert framed.endswith("; frame-ancestors https://a.example https://b.example")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("signup/app.js", "text/javascript; charset=utf-8"),
        ("member/vendor/qrcode.mjs", "text/javascript; charset=utf-8"),
        ("signup/app.css", "text/css; charset=utf-8"),
        ("set-password.css", "text/css; charset=utf-8"),
    ],
)
def test_files_are_sent_with_the_type_of_their_ending(path: str, media_type: str) -> None:
    sent = static_file(path, headers={"Vary": "Origin"})
    assert sent.headers["Content-Type"] == media_type
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Cache-Control"] == "no-cache"
    assert sent.headers["Vary"] == "Origin"
