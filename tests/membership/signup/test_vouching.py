"""A web site vouches for its visitor: a token goes into the frame, in a real browser."""

from pathlib import Path

import pytest
from fastapi import FastAPI, Response

from membership.app import create_app
from membership.database import Database
from membership.settings import ServiceSettings
from tests.membership.conftest import SQLITE, Databases
from tests.membership.signup.browser import CHROMIUM, logged
from tests.membership.signup.club import opened
from tests.membership.signup.sites import add_keys, new_site
from tests.membership.support import Clock, Service, running_service

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="this machine has no Chromium")

SITE = """<!doctype html><pre id="log"></pre>
<script>window.walletdeskToken = async () => "{token}";</script>
<script src="{base}/join/{slug}/embed.js" data-organization="{slug}" data-plan="{plan}"
 data-lang="en"></script>
<script>
const log = (text) => {{ document.getElementById("log").textContent += text + "\\n"; }};
const frame = document.querySelector("iframe");
const pause = () => new Promise((done) => setTimeout(done, 50));
frame.onload = async () => {{
  let page = null;
  try {{ page = frame.contentDocument; }} catch {{ }}
  for (let n = 0; n < 60; n++) await pause();
  if (!page) {{ log("another origin"); return; }}
  const shown = [...page.querySelectorAll(".step")].find((step) => !step.hidden);
  log(shown.id + ": " + page.getElementById("told").textContent);
  if (shown.id !== "step-who") return;
  page.getElementById("send").click();
  for (let n = 0; n < 60 && page.getElementById("step-done").hidden; n++) await pause();
  log(page.getElementById("done").textContent);
}};
</script>"""


def with_site(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
    """The application, and beside it the page of a site, reached by any name of this machine."""
    app = create_app(settings, database, clock)

    @app.get("/v1/site-page")
    def site_page(base: str, slug: str, plan: str, token: str) -> Response:
        html = SITE.format(base=base, slug=slug, plan=plan, token=token)
        return Response(html, media_type="text/html")

    return app


def test_a_visitor_is_logged_in_by_the_site_and_by_no_other(
    databases: Databases, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    site = new_site()
    with running_service(databases.new(SQLITE, folder), with_site) as service:
        outside = service.url.replace("127.0.0.1", "localhost")
        opened(service, allowed_origins=[service.url, outside])
        assert add_keys(service, site.jwk).status_code == 201
        plan = service.plan("Friends", public=True)
        service.customer("Amara", email="amara@example.com")

        def visited(origin: str, name: str, token: str) -> list[str]:
            query = f"base={service.url}&slug={service.tenant.slug}&plan={plan}&token={token}"
            return logged(f"{origin}/v1/site-page?{query}", tmp_path / name)

        assert visited(service.url, "good", site.token(service)) == [
            "step-who: You are logged in as Amara.",
            "You have joined: Friends.",
            "Your customer number is C-000001. Show it at the desk to get your card.",
        ]
        expired = site.token(service, iat=1, exp=2)
        assert visited(service.url, "expired", expired) == ["step-email: "]
        assert logins(service) == 1

        assert visited(outside, "outside", site.token(service)) == ["another origin"]
        assert logins(service) == 2
        opened(service, allowed_origins=[service.url])
        assert visited(outside, "foreign", site.token(service)) == ["another origin"]
        assert logins(service) == 2


def logins(service: Service) -> int:
    """How often a customer was logged in."""
    return len(service.get("/v1/audit", action="customer.signed_in")["items"])
