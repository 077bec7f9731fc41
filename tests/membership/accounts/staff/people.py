"""Members of staff as the tests need them, and the mails that they are sent."""

import re
from itertools import count
from typing import Any

import requests
from sqlalchemy import select

from membership.base.vault import open_vault
from membership.store.models import OutgoingMail
from tests.membership.support import TIMEOUT, Service

PASSWORD = "four quiet herons"
ADDRESSES = count(1)


def address() -> dict[str, str]:
    """Headers of a request from an address that no other test has."""
    number = next(ADDRESSES)
    return {"X-Forwarded-For": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"}


def anonymous(
    service: Service, method: str, path: str, body: Any, headers: dict[str, str] | None = None
) -> requests.Response:
    """A request without a key, from an address of its own unless told otherwise."""
    url = service.url + path
    return requests.request(method, url, json=body, headers=headers or address(), timeout=TIMEOUT)


def add(service: Service, role: str = "admin", **fields: Any) -> dict[str, Any]:
    """Make an account with a password; returns its view."""
    number = next(ADDRESSES)
    body = {"name": f"Person {number}", "email": f"p{number}@example.com", "role": role}
    made: dict[str, Any] = service.post("/v1/staff", {**body, "password": PASSWORD, **fields})
    return made


def try_sign_in(
    service: Service,
    email: str,
    password: str = PASSWORD,
    *,
    organization: str | None = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    """The answer to signing in."""
    slug = service.tenant.slug if organization is None else organization
    body = {"organization": slug, "email": email, "password": password}
    return anonymous(service, "POST", "/v1/staff/sessions", body, headers)


def sign_in(service: Service, email: str, password: str = PASSWORD) -> str:
    """The token of a session that must be opened."""
    answer = try_sign_in(service, email, password)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def signed_in(service: Service, role: str = "admin") -> str:
    """The token of a new account's session."""
    return sign_in(service, add(service, role)["email"])


def mails(service: Service) -> list[tuple[str, str]]:
    """Recipients and texts of the organization's unsent mails, oldest first."""
    vault = open_vault(service.settings)
    with service.database.readers.begin() as session:
        rows = session.scalars(
            select(OutgoingMail)
            .where(
                OutgoingMail.organization_id == service.tenant.id,
                OutgoingMail.body.is_not(None),  # not withdrawn
            )
            .order_by(OutgoingMail.created_at)
        ).all()
    return [(row.recipient, vault.open(row.body or b"").decode()) for row in rows]


def token_for(service: Service, email: str) -> str:
    """The latest token mailed to an address; mails of one instant have no order."""
    texts = [text for recipient, text in mails(service) if recipient == email]
    found = [set(re.findall(r"mr_[A-Za-z0-9_-]{43}", text)) for text in texts]
    (token,) = [tokens for tokens in found if tokens][-1]
    return str(token)


def actions(service: Service, **wanted: Any) -> list[str]:
    """What the audit tells, sorted: what happens at one instant has no order."""
    return sorted(entry["action"] for entry in service.get("/v1/audit", **wanted)["items"])


def problem(answer: requests.Response) -> tuple[int, str]:
    """Status and code of an error."""
    return answer.status_code, answer.json()["code"]
