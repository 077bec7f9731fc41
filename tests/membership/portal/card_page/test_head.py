"""HEAD on what hands out a card: the headers of a GET, no body, and nothing is taken note of."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests
from sqlalchemy import select

from membership.store.base_model import Base
from membership.store.models import AppleRegistration, AuditEntry, Card, CardWallet, Event
from membership.wallet.designs.standard import standard_design
from passes.design import CodeForm
from tests.fakes.google_wallet import GoogleWallet, google_wallet
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.card_page.test_page import signed
from tests.membership.support import TIMEOUT, Service, running_service
from tests.membership.wallet.apple.phones import Phone, change_face, phone_with, renew
from tests.membership.wallet.factories import WalletCard, new_design, wallet_card
from tests.membership.wallet.google.google_club import give_account

WHAT = (
    "page", "pass", "google", "own pass", "print", "preview", "export", "personal data",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """A service with Google, and a card whose static code nobody has been given."""

    service: Service
    google: GoogleWallet
    card: WalletCard

    def ask(self, method: str, what: str) -> requests.Response:
        """Ask for one of ``WHAT``, following nothing."""
        return self.service.http.request(
            method,
            self.service.url + self._path(what),
            headers={"Authorization": f"Bearer {self.service.key}"},
            allow_redirects=False,
            timeout=TIMEOUT,
        )

    def _path(self, what: str) -> str:
        page, signature = signed(self.service, self.card).split("?")
        places = {
            "page": f"{page}?{signature}",
            "pass": f"{page}/card.pkpass?{signature}",
            "google": f"{page}/google?{signature}",
            "own pass": f"/v1/cards/{self.card.card_id}/card.pkpass",
            "print": f"/v1/cards/{self.card.card_id}/card.pdf",
            "preview": f"/v1/cards/{self.card.card_id}/preview.png",
            "export": "/v1/exports/customers.csv",
            "personal data": f"/v1/customers/{self.card.customer_id}/personal-data",
        }
        return places[what]

    def stored(self) -> dict[str, list[tuple[object, ...]]]:
        """Return all rows of the organization that tell who was given what."""
        tables = [
            Base.metadata.tables[each.__tablename__]
            for each in (Card, CardWallet, AppleRegistration, AuditEntry, Event)
        ]
        with self.service.database.readers.begin() as session:
            return {
                table.name: [
                    tuple(row)
                    for row in session.connection().execute(
                        select(table)
                        .where(table.c.organization_id == self.service.tenant.id)
                        .order_by(*table.primary_key.columns)
                    )
                ]
                for table in tables
            }


@pytest.fixture(scope="module")
def backend() -> str:
    """One of them: what a HEAD leaves out does not depend on the database."""
    return SQLITE


@pytest.fixture(scope="module")
def running(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, GoogleWallet]]:
    with google_wallet() as wallet:
        settings = databases.new(
            backend,
            tmp_path_factory.mktemp("data"),
            public_url="https://wallet.club.example",
            google_wallet_url=wallet.url,
        )
        with running_service(settings) as service:
            yield service, wallet


@pytest.fixture
def ground(running: tuple[Service, GoogleWallet]) -> Ground:
    service, wallet = running[0].fresh(), running[1]
    give_account(service, wallet)
    rotating = standard_design().model_copy(update={"code": CodeForm.ROTATING})
    card = wallet_card(service, service.customer("Amara"), new_design(service, rotating))
    return Ground(service, wallet, card)


OF_THE_MOMENT = {
    "date", "x-request-id", "ratelimit", "content-length", "etag", "last-modified",
    "transfer-encoding",
}  # fmt: skip


def lasting(answer: requests.Response) -> dict[str, str]:
    """Return the headers that two answers to a GET have in common."""
    policy = answer.headers.get("Content-Security-Policy", "").split("'nonce-")[0]
    kept = {
        name.lower(): value
        for name, value in answer.headers.items()
        if name.lower() not in OF_THE_MOMENT | {"content-security-policy"}
    }
    return {**kept, "policy": policy}


def test_a_head_has_the_headers_of_a_get_and_leaves_no_trace(ground: Ground) -> None:
    before, calls = ground.stored(), len(ground.google.requests)
    heads = {what: ground.ask("HEAD", what) for what in WHAT}
    assert ground.stored() == before
    assert len(ground.google.requests) == calls
    for what, head in heads.items():
        get = ground.ask("GET", what)
        assert head.content == b"", what
        assert head.status_code == get.status_code == (303 if what == "google" else 200), what
        same, other = lasting(get), lasting(head)
        same.pop("location", None)
        other.pop("location", None)
        assert other == same, what
        assert ("Location" in head.headers) == (what == "google")
    assert ground.stored() != before
    assert len(ground.google.requests) > calls


def test_a_head_of_a_phone_is_no_fetch(ground: Ground) -> None:
    phone: Phone = phone_with(ground.service, ground.card)
    assert phone.register() == 201
    renew(ground.service, ground.card)
    change_face(ground.service, ground.card, "Amara Diallo")
    before = ground.stored()
    path = f"passes/{phone.pass_type}/{ground.card.card_id}"
    head = phone.ask("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == "application/vnd.apple.pkpass"
    assert "Last-Modified" in head.headers
    assert ground.stored() == before
    assert phone.fetch().status_code == 200
    assert ground.stored() != before
