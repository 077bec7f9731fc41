"""A club with members who log in to their own page."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import requests

from membership.store.models import Card
from tests.membership.portal.login.visitors import EMAIL, login
from tests.membership.support import TIMEOUT, Service, arranging


@dataclass(frozen=True)
class Member:
    """A customer who is logged in."""

    service: Service
    customer: str
    token: str

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer to a request of theirs below ``/me``."""
        slug = options.pop("slug", self.service.tenant.slug)
        return requests.request(
            method,
            f"{self.service.url}/v1/join/{slug}/me{path}",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=TIMEOUT,
            **options,
        )

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The JSON of a POST that must give ``status``."""
        answer = self.call("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def live(self, card_id: str, *, status: int = 200) -> Any:
        """What is answered to who wants to show a card."""
        return self.post("/live", {"card_id": card_id}, status=status)

    def again(self, email: str = EMAIL) -> "Member":
        """Themselves, logged in anew: a ban ends sessions."""
        token = login(self.service, self.customer, email)["access_token"]
        return replace(self, token=str(token))


def member(service: Service, email: str = EMAIL, **fields: Any) -> Member:
    """A new customer who has logged in."""
    customer = service.customer(**{"email": email, **fields})
    return Member(service, customer, str(login(service, customer, email)["access_token"]))


def imported_card(service: Service, customer: str, code: str) -> str:
    """A card that was made elsewhere; returns its id."""
    card_id = uuid4()
    with arranging(service.database) as session:
        session.add(
            Card(
                organization_id=service.tenant.id,
                id=card_id,
                customer_id=UUID(customer),
                code=code,
                label="Old card",
                issued_at=service.clock(),
                revoked_at=None,
                static_since=service.clock(),
            )
        )
    return str(card_id)
