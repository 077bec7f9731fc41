"""Requests that another site makes a visitor's browser send, and what answers tell browsers.

A page elsewhere can make a browser send forms: of three content types, to any address. It can
neither send JSON nor a token, unless the service allows that by headers of its own.
"""

import json
from collections import defaultdict
from typing import Any
from uuid import uuid4

import pytest
import requests
from fastapi.routing import APIRoute, iter_route_contexts

from membership.store.database import open_database
from tests.membership.accounts.staff.people import address
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.portal.signup.test_join_flow import NEW, logged_in
from tests.membership.support import TIMEOUT, Service

FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None)
"""What a form can say it sends; None is no word of it, as for a body of bytes."""

PUBLIC_STAFF = {
    "/v1/staff/sessions",
    "/v1/staff/password-resets",
    "/v1/staff/password-resets/confirm",
}
"""What the page for choosing a password sends, and its like: these need no key either."""


@pytest.fixture(scope="module")
def posts(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Every address of a POST that needs no key, and whether it takes a body."""
    settings = databases.new(SQLITE, tmp_path_factory.mktemp("routes"))
    database = open_database(settings)
    found = {
        str(context.path): context.original_route.body_field is not None
        for context in iter_route_contexts(new_app(settings, database).routes)
        if isinstance(context.original_route, APIRoute)
        and "POST" in (context.original_route.methods or ())
        and (str(context.path).startswith("/v1/join/") or context.path in PUBLIC_STAFF)
    }
    database.engine.dispose()
    assert set(found) >= {*PUBLIC_STAFF, "/v1/join/{organization}/codes"}
    return found


def address_of(service: Service, path: str) -> str:
    """The address of a route at the service's club; whatever else it names, nobody has."""
    names = defaultdict(lambda: str(uuid4()), organization=service.tenant.slug)
    return service.url + path.format_map(names)


def sent(
    service: Service, path: str, body: Any, kind: str | None, **more: str
) -> requests.Response:
    """The answer to a body of some content type, from a page of another site."""
    headers = {**address(), "Origin": "https://evil.example", **more}
    if kind is not None:
        headers["Content-Type"] = kind
    url = address_of(service, path)
    text = json.dumps(body).encode()
    return requests.post(url, data=text, headers=headers, timeout=TIMEOUT)


def test_forms_are_refused_everywhere(service: Service, posts: dict[str, bool]) -> None:
    opened(service)
    token = logged_in(service, "ben@example.com", new=NEW)["access_token"]
    for path, takes_body in posts.items():
        for kind in FORMS:
            forged = sent(service, path, {}, kind)
            # Nothing can be done by a form: it is not JSON, and it shows no token.
            assert forged.status_code in {401, 422}, (path, kind, forged.text)
            if not takes_body:
                assert forged.status_code == 401, (path, kind)
                continue
            # And not for want of a token alone.
            shown = sent(service, path, {}, kind, Authorization=f"Bearer {token}")
            assert shown.status_code == 422, (path, kind, shown.text)
            assert [each["field"] for each in shown.json()["errors"]] == ["body"], (path, kind)


@pytest.mark.parametrize("kind", FORMS)
def test_what_would_be_good_as_json_is_refused_as_a_form(
    service: Service, kind: str | None
) -> None:
    opened(service)
    codes, wish = "/v1/join/{organization}/codes", {"email": "amara@example.com"}
    assert sent(service, codes, wish, kind).status_code == 422
    assert sent(service, codes, wish, "application/json").status_code == 202


def test_no_other_site_may_send_json_or_read_answers(
    service: Service, posts: dict[str, bool]
) -> None:
    opened(service)
    asks = {
        **{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        "Access-Control-Request-Headers": "content-type, authorization",
    }
    for path in posts:
        answer = requests.options(address_of(service, path), headers=asks, timeout=TIMEOUT)
        assert answer.status_code == 204, path  # which methods there are, allowed to no site
        allowed = {*answer.headers, *sent(service, path, {}, "application/json").headers}
        assert not {name for name in allowed if name.lower().startswith("access-control")}, path
