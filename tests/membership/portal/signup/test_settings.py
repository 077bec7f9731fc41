"""Settings of public signup: replaced as a whole, seen by staff, told to no other club."""

from typing import Any

import pytest

from membership.base.scopes import Scope
from tests.membership.portal.signup.club import opened, put, visit
from tests.membership.support import Service

ORIGIN = "https://www.example.com"


def test_signup_is_closed_until_it_is_opened(service: Service) -> None:
    before = service.get("/v1/signup")
    assert (before["open"], before["allowed_origins"]) == (False, [])
    assert visit(service).status_code == 404
    told = opened(
        service,
        allowed_origins=[f"{ORIGIN}:443/", ORIGIN, "http://localhost:8000"],
        accent="#AA3300",
        terms_url="https://www.example.com/terms?v=2",
    )
    assert told["allowed_origins"] == [ORIGIN, "http://localhost:8000"]
    assert (told["accent"], told["background"]) == ("#aa3300", "#ffffff")
    assert service.get("/v1/signup") == told
    assert visit(service).status_code == 200


def test_a_put_replaces_all_of_it(service: Service) -> None:
    opened(service, allowed_origins=[ORIGIN], accent="#123456", privacy_url=f"{ORIGIN}/privacy")
    again = opened(service)
    assert (again["allowed_origins"], again["accent"]) == ([], "#00695c")
    assert again["privacy_url"] is None
    assert put(service, open=False).json()["open"] is False
    assert visit(service).status_code == 404


def test_the_snippet_leads_to_the_public_address(service: Service) -> None:
    fresh = service.fresh(name='Rook & "Pawn" <Club>')
    told = fresh.get("/v1/signup")
    page = f"https://club.example/desk/join/{fresh.tenant.slug}"
    assert told["page_url"] == page
    assert (
        f'<script src="{page}/embed.js" data-organization="{fresh.tenant.slug}"'
        in (told["snippet"])
    )
    assert f'<iframe src="{page}"' in told["snippet"]
    assert "Rook &amp; &quot;Pawn&quot; &lt;Club&gt;" in told["snippet"]
    assert "<Club>" not in told["snippet"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"open": None},
        {"open": True, "allowed_origins": ["https://example.com/path"]},
        {"open": True, "allowed_origins": [f"https://s{n}.example.com" for n in range(21)]},
        {"open": True, "allowed_origins": "https://example.com"},
        {"open": True, "accent": "red"},
        {"open": True, "accent": "#fff"},
        {"open": True, "background": "#ffffff; }"},
        {"open": True, "terms_url": "javascript:alert(1)"},
        {"open": True, "terms_url": "http://example.com/"},
        {"open": True, "privacy_url": "https://example.com/" + "x" * 500},
        {"open": True, "privacy_url": "https://user:pw@example.com/"},
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(
    service: Service, wrong: dict[str, Any]
) -> None:
    told = opened(service, accent="#102030")
    answer = put(service, **wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert service.get("/v1/signup") == told


def test_each_club_has_settings_of_its_own(service: Service) -> None:
    opened(service, accent="#102030")
    other = service.fresh()
    assert other.get("/v1/signup")["open"] is False
    opened(other, accent="#405060")
    assert service.get("/v1/signup")["accent"] == "#102030"


def test_keys_need_the_scopes_of_the_organization(service: Service) -> None:
    reader = service.key_with(Scope.ORGANIZATION_READ)
    assert service.call("GET", "/v1/signup", key=reader).status_code == 200
    change = {"open": True}
    assert service.call("PUT", "/v1/signup", key=reader, json=change).status_code == 403
    scanner = service.key_with(Scope.SCANS_WRITE)
    assert service.call("GET", "/v1/signup", key=scanner).status_code == 403


def test_the_audit_tells_what_was_changed(service: Service) -> None:
    opened(service)
    opened(service, accent="#102030")
    opened(service, accent="#102030")
    entries = [
        entry
        for entry in service.get("/v1/audit")["items"]
        if entry["action"].startswith("signup.")
    ]
    assert sorted(entry["action"] for entry in entries) == ["signup.changed", "signup.created"]
    (changed,) = [entry for entry in entries if entry["action"] == "signup.changed"]
    assert changed["before"] == {"accent": "#00695c"}
    assert changed["after"] == {"accent": "#102030"}
