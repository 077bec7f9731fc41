"""The logo on the signup page: whose it is, where it is served, and that it may be kept."""

import hashlib
import re

import pytest

from tests.membership.portal.signup.club import opened, visit
from tests.membership.support import Service
from tests.membership.wallet.designs.making import edit, make_design, png, upload


def logo(service: Service, colour: str = "teal") -> str:
    """Store a picture as a logo; returns its tag."""
    return str(upload(service, "logo", png(400, 100, colour))["tag"])


def with_logo(service: Service) -> tuple[str, str]:
    """Make a design with a logo; returns its id and the picture's tag."""
    tag = logo(service)
    made = make_design(service, images={"logo": tag}, background="#102030")
    return str(made["id"]), tag


def shown(html: str) -> str | None:
    """The logo of a page, as it is written there."""
    found = re.search(r'<img class="logo"[^>]*>', html)
    return None if found is None else found[0]


def test_without_a_logo_there_is_no_picture(service: Service) -> None:
    opened(service)
    assert visit(service, "/logo").status_code == 404
    make_design(service, images={"icon": upload(service, "icon", png())["tag"]})
    assert shown(visit(service).text) is None
    answer = visit(service, "/logo")
    assert (answer.status_code, answer.json()["code"]) == (404, "page_not_found")


def test_pages_show_the_logo_of_the_first_design(service: Service) -> None:
    opened(service)
    plan = service.plan("Friends", public=True)
    _, tag = with_logo(service)
    for path, root in (("", "."), (f"/{plan}", "..")):
        page = visit(service, path)
        assert shown(page.text) == (
            f'<img class="logo" src="{root}/{service.tenant.slug}/logo?v={tag[:16]}"'
            f' alt="{service.tenant.name}" width="240" height="60">'
        )
        # On the ground that it was made for: a white logo is seen on a white page, too.
        assert ".logo { background: #102030; }" in page.text
        assert "img-src 'self';" in page.headers["Content-Security-Policy"]


def test_the_picture_may_be_kept_for_good_at_the_pages_address(service: Service) -> None:
    opened(service)
    design, tag = with_logo(service)
    answer = visit(service, f"/logo?v={tag[:16]}")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert hashlib.sha256(answer.content).hexdigest() == tag
    again = visit(service, "/logo", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    newer = logo(service, "red")
    edit(service, design, 1, images={"logo": newer})
    old = visit(service, f"/logo?v={tag[:16]}", **{"If-None-Match": answer.headers["ETag"]})
    assert hashlib.sha256(old.content).hexdigest() == newer
    assert old.headers["Cache-Control"] == visit(service, "/logo").headers["Cache-Control"]
    assert old.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/logo", "/logo?v=", "/logo?v=%00"])
def test_a_logo_is_not_there_for_a_club_that_is_not_open(service: Service, path: str) -> None:
    with_logo(service)
    assert visit(service, path).status_code == 404
    assert visit(service.fresh(), path).status_code == 404
    opened(service)
    assert visit(service, path).status_code == 200


def test_an_archived_design_gives_no_logo(service: Service) -> None:
    opened(service)
    design, _ = with_logo(service)
    service.post(f"/v1/card-designs/{design}/archive", status=200)
    assert visit(service, "/logo").status_code == 404
    assert shown(visit(service).text) is None
