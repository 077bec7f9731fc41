"""A web site shows the page in a frame: in a real browser, from another origin."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Response

from membership.app import create_app
from membership.database import Database
from membership.settings import ServiceSettings
from tests.membership.conftest import SQLITE, Databases
from tests.membership.signup.browser import CHROMIUM, logged
from tests.membership.signup.club import opened
from tests.membership.support import Clock, Service, running_service

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="this machine has no Chromium")

HOST = """<!doctype html><body style="width:320px"><pre id="log"></pre>
<script src="{base}/join/{slug}/embed.js" data-organization="{slug}" data-lang="de"
 data-title="Join us"></script>
<script>
const frame = document.querySelector("iframe");
const log = (text) => {{ document.getElementById("log").textContent += text + "\\n"; }};
let heard = 0;
addEventListener("message", (event) => {{ if (event.source === frame.contentWindow) heard += 1; }});
log(frame.title + " " + frame.style.height);
frame.onload = () => setTimeout(() => {{
  log("heard " + (heard > 0));
  const before = frame.style.height;
  log("sized " + (before !== "40rem") + " " + (parseInt(before) > 200));
  postMessage({{ type: "walletdesk:size", height: 3000 }}, "*");
  setTimeout(() => log("foreign ignored " + (frame.style.height === before)), 300);
}}, 1000);
</script>"""


def with_host(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The application, and beside it a page of a web site: reached by another name."""
    app = create_app(settings, database, clock)

    @app.get("/v1/host-page")
    def host_page(base: str, slug: str) -> Response:
        return Response(HOST.format(base=base, slug=slug), media_type="text/html")

    return app


@pytest.fixture(scope="module")
def hosted(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the page of a web site."""
    settings = databases.new(SQLITE, tmp_path_factory.mktemp("data"))
    with running_service(settings, with_host) as service:
        yield service


def seen(service: Service, folder: Path) -> list[str]:
    """What the web site's page tells of its frame. Its origin is another: ``localhost``."""
    site = service.url.replace("127.0.0.1", "localhost")
    page = f"{site}/v1/host-page?base={service.url}&slug={service.tenant.slug}"
    return logged(page, folder)


def test_an_allowed_site_shows_the_page_as_high_as_it_is(hosted: Service, tmp_path: Path) -> None:
    hosted.plan("Friends", public=True)
    opened(hosted, allowed_origins=[hosted.url.replace("127.0.0.1", "localhost")])
    assert seen(hosted, tmp_path) == [
        "Join us 40rem",
        "heard true",
        "sized true true",
        "foreign ignored true",
    ]


def test_another_site_shows_nothing(hosted: Service, tmp_path: Path) -> None:
    other = hosted.fresh()
    opened(other, allowed_origins=["https://www.example.com"])
    assert seen(other, tmp_path)[:3] == ["Join us 40rem", "heard false", "sized false false"]
