"""A web site vouches for its visitor: a token goes into the frame, in a real browser."""

import json

import pytest

from tests.membership.browsing import needs_browser
from tests.membership.portal.signup.browser_site import Page, Stage
from tests.membership.portal.signup.secrecy import seen_nowhere
from tests.membership.portal.site_login.sites import Site, known, new_site

pytestmark = needs_browser

EMAIL = "amara@example.com"


@pytest.fixture
def vouching(stage: Stage) -> Site:
    """The key of the stage's site, which the club knows; there is one plan and one customer."""
    site = known(stage.service, new_site())
    stage.opened()
    stage.one_plan(stage.service.plan("Friends", public=True))
    stage.service.customer("Amara", email=EMAIL)
    return site


def logins(stage: Stage) -> int:
    """How often a customer was logged in."""
    return len(stage.service.get("/v1/audit", action="customer.signed_in")["items"])


def refusals(stage: Stage) -> list[str]:
    """Why tokens were refused, as the log tells."""
    lines = [json.loads(line) for line in stage.log.getvalue().splitlines()]
    return [line["reason"] for line in lines if line["event"] == "embed_token_refused"]


def test_a_visitor_whom_the_site_knows_joins_at_once(
    stage: Stage, page: Page, vouching: Site
) -> None:
    stage.site.token = vouching.token(stage.service)
    page.visit(stage.site.url)
    page.at_step("who")
    page.says("You are logged in as Amara.")
    page.send("who")
    page.at_step("done")
    assert "You have joined: Friends." in page.find("#done").text
    assert (logins(stage), refusals(stage)) == (1, [])
    # Only the site itself sent it anywhere: to its own page.
    seen_nowhere(stage, page, stage.site.token)


def test_somebody_new_whom_the_site_knows_gives_their_name(
    stage: Stage, page: Page, vouching: Site
) -> None:
    stage.site.token = vouching.token(stage.service, email="new@example.com")
    page.visit(stage.site.url)
    page.at_step("who")
    page.fill(given="Ben", family="Ito")
    page.find("#consent").click()
    page.send("who")
    page.at_step("done")
    seen_nowhere(stage, page, stage.site.token)


def ordinary_login(stage: Stage, page: Page) -> None:
    """Wait until a token was refused; the visitor sees the login as if there had been none."""
    page.until(lambda: refusals(stage))
    page.at_step("email")
    assert page.find("#told").text == ""
    page.fill(email=EMAIL)
    page.send("email")
    page.at_step("code")
    page.fill(code=stage.mailed_code(EMAIL))
    page.send("code")
    page.at_step("who")
    assert page.find("#known label").text == "Amara"


def test_an_expired_token_leads_to_the_ordinary_login(
    stage: Stage, page: Page, vouching: Site
) -> None:
    now = int(stage.service.clock().timestamp())
    stage.site.token = vouching.token(stage.service, iat=now - 100, exp=now - 11)
    page.visit(stage.site.url)
    ordinary_login(stage, page)
    assert refusals(stage) == ["expired"]
    assert logins(stage) == 0


def test_a_token_that_was_used_leads_to_the_ordinary_login(
    stage: Stage, page: Page, vouching: Site
) -> None:
    stage.site.token = vouching.token(stage.service)
    page.visit(stage.site.url)
    page.at_step("who")
    page.visit(stage.site.url)
    ordinary_login(stage, page)
    assert refusals(stage) == ["used_before"]
    assert logins(stage) == 1


@pytest.mark.parametrize(("same_key", "why"), [(False, "kid_unknown"), (True, "audience_wrong")])
def test_another_clubs_token_leads_to_the_ordinary_login(
    stage: Stage, page: Page, vouching: Site, same_key: bool, why: str
) -> None:
    other = stage.service.fresh()
    theirs = vouching if same_key else known(other, new_site("site-2"))
    stage.site.token = theirs.token(other)
    page.visit(stage.site.url)
    ordinary_login(stage, page)
    assert refusals(stage) == [why]
    assert logins(stage) == 0


def test_a_site_that_knows_nobody_is_no_matter(stage: Stage, page: Page, vouching: Site) -> None:
    stage.site.token = ""
    page.visit(stage.site.url)
    ordinary_login(stage, page)
    assert refusals(stage) == ["not_a_jwt"]
