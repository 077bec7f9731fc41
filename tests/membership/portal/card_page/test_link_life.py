"""An install link ends: with its card, with a new link, with a ban; it never opens another card."""

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from membership.store.models import CardWallet
from membership.wallet.cards.new_links import withdraw_all_links
from membership.wallet.links import install_path
from membership.wallet.state import wallet_keys
from tests.membership.conftest import Databases
from tests.membership.portal.card_page.test_page import Page, visit
from tests.membership.portal.card_page.test_phones import IPHONE
from tests.membership.support import Service, arranging, running_service
from tests.membership.wallet.factories import new_design, vault_of

PUBLIC = "https://club.example/desk"
SECRETS = ("Amara", "Okafor", "C-0000", "Gold")


@dataclass
class Holder:
    """A customer with a card, and what the desk does to them."""

    service: Service
    customer: str
    card: dict[str, Any] = field(default_factory=dict)

    def issue(self) -> None:
        """Issue a card, which is the present one from then on."""
        self.card = self.service.post("/v1/cards", {"customer_id": self.customer})["card"]

    def link(self) -> str:
        """The path of the link that the desk shows now."""
        shown = self.service.get(f"/v1/cards/{self.card['id']}")["install_url"]
        return str(shown).removeprefix(PUBLIC)

    def old_link(self) -> str:
        """A link of before: it names the customer, and opened the card that there was then."""
        with arranging(self.service.database) as session:
            keys = wallet_keys(session, vault_of(self.service), self.service.tenant.id)
            assert keys is not None
            here = (self.service.tenant.id, UUID(self.card["id"]))
            session.get_one(CardWallet, here).old_link_of = UUID(self.customer)
        path = install_path(self.service.tenant.slug, "member", UUID(self.customer))
        signed = b"walletdesk install link 1\n" + path.encode()
        mac = hmac.digest(keys.link_key, signed, hashlib.sha256)[:16]
        return f"{path}?s={base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    def replace(self) -> None:
        """Replace the card: it was lost."""
        self.card = self.service.post(f"/v1/cards/{self.card['id']}/replace")["card"]

    def revoke(self) -> None:
        """Revoke the card."""
        self.service.post(f"/v1/cards/{self.card['id']}/revoke", status=200)

    def new_link(self) -> None:
        """Withdraw the links of the card."""
        self.service.post(f"/v1/cards/{self.card['id']}/new-link", status=200)

    def ban(self, state: str = "banned") -> None:
        """Ban the customer, or take that back."""
        self.service.patch(f"/v1/customers/{self.customer}", state=state)

    def merge(self) -> None:
        """Merge the customer into somebody who has a card of the same design."""
        stays = self.service.customer("Stays")
        self.service.post("/v1/cards", {"customer_id": stays})
        body = {"other_id": self.customer}
        self.service.post(f"/v1/customers/{stays}/merge", body, status=200)
        self.customer = stays

    def erase(self) -> None:
        """Erase the customer."""
        number = self.service.get(f"/v1/customers/{self.customer}")["customer"]["number"]
        confirmed = {"confirm": number, "end_memberships": True}
        self.service.post(f"/v1/customers/{self.customer}/erase", confirmed, status=200)

    def withdraw_all(self) -> None:
        """Withdraw all links of the club."""
        with arranging(self.service.database) as session:
            withdraw_all_links(
                session, vault_of(self.service), self.service.tenant.id, self.service.clock()
            )


@pytest.fixture(scope="module")
def module_service(
    backend: str, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A running service with a public address, shared by the tests of a module."""
    settings = databases.new(backend, tmp_path_factory.mktemp("data"), public_url=PUBLIC)
    with running_service(settings) as service:
        yield service


@pytest.fixture
def holder(service: Service) -> Holder:
    """A member with a card."""
    new_design(service)
    customer = service.customer("Amara", family_name="Okafor", email="amara@example.com")
    service.member(service.plan("Gold"), customer_id=customer)
    found = Holder(service, customer)
    found.issue()
    return found


def opens(service: Service, link: str) -> str | None:
    """The id of the card that a link hands out, as page, file and to Google; None if nothing."""
    answer = visit(service, link, IPHONE)
    below = [visit(service, link.replace("?", f"/{name}?"), IPHONE) for name in ("card.pkpass",)]
    google = visit(service, link.replace("?", "/google?"), IPHONE)
    if answer.status_code == 200:
        assert [each.status_code for each in below] == [200]
        (code, *_) = Page(answer.text).codes
        return str(service.scan(code)["card"]["id"])
    for each in (answer, *below, google):
        assert each.status_code == answer.status_code
        assert each.headers["Content-Type"].startswith("text/html")
        assert not Page(each.text).codes
        assert not Page(each.text).links
        if each.status_code != 410:
            assert not [secret for secret in SECRETS if secret in each.text]
    return None


LIVES = [
    ("replace", 410),
    ("replace replace", 410),
    ("revoke", 410),
    ("revoke issue", 410),
    ("issue replace", 200),
    ("new_link", 404),
    ("new_link replace", 404),
    ("ban", 403),
    ("ban replace", 403),
    ("ban unban", 200),
    ("merge", 200),
    ("merge replace", 410),
    ("merge new_link", 404),
    ("merge ban", 403),
    ("merge erase", 410),
    ("erase", 410),
    ("withdraw_all", 404),
    ("withdraw_all merge", 404),
]
OF_BEFORE = {"replace", "new_link", "ban", "merge", "erase", "withdraw_all"}
"""One act of each kind with a link of before; with such links a soak tries all."""


def lives() -> list[Any]:
    """Acts, the status that a link has after them, and whether it is a link of before."""
    found = []
    for acts, status in LIVES:
        found.append(pytest.param(acts, status, False, id=f"{acts}-new"))
        marks = () if acts in OF_BEFORE else pytest.mark.soak
        found.append(pytest.param(acts, status, True, id=f"{acts}-of before", marks=marks))
    return found


@pytest.mark.parametrize(("acts", "status", "old"), lives())
def test_what_becomes_of_a_link(holder: Holder, acts: str, status: int, *, old: bool) -> None:
    service, card = holder.service, holder.card["id"]
    link = holder.old_link() if old else holder.link()
    assert opens(service, link) == card
    for act in acts.split():
        if act == "unban":
            holder.ban("active")
        else:
            getattr(holder, act)()
    assert visit(service, link, IPHONE).status_code == status
    assert opens(service, link) == (card if status == 200 else None)
    if not {"ban", "erase"} & set(acts.split()) and acts != "revoke":
        assert opens(service, holder.link()) == holder.card["id"]


def test_a_link_of_before_opens_no_card_that_was_issued_since(holder: Holder) -> None:
    link = holder.old_link()
    holder.issue()
    assert opens(holder.service, link) != holder.card["id"]
    with arranging(holder.service.database) as session:
        for row in session.query(CardWallet).where(
            CardWallet.organization_id == holder.service.tenant.id
        ):
            row.old_link_of = None
    assert visit(holder.service, link).status_code == 404


def test_a_banned_customer_is_handed_nothing_at_the_desk_either(holder: Holder) -> None:
    service, path = holder.service, f"/v1/cards/{holder.card['id']}"
    holder.ban()
    assert service.get(path)["install_url"] is None
    refused = service.call("POST", f"{path}/mail", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "customer_banned")
    holder.ban("active")
    assert opens(service, holder.link()) == holder.card["id"]


def test_a_new_link_is_mailed_and_audited(holder: Holder) -> None:
    service, before = holder.service, holder.link()
    service.post(f"/v1/cards/{holder.card['id']}/mail", {"new_link": True}, status=202)
    assert visit(service, before).status_code == 404
    assert opens(service, holder.link()) == holder.card["id"]
    (entry,) = service.get("/v1/audit", action="card.link_withdrawn")["items"]
    assert (entry["subject_id"], entry["after"]) == (holder.card["id"], {"link": 1})
    once = {"Idempotency-Key": "k"}
    path = f"/v1/cards/{holder.card['id']}/new-link"
    first = service.call("POST", path, headers=once).json()["install_url"]
    assert service.call("POST", path, headers=once).status_code == 200
    assert holder.link() == first.removeprefix(PUBLIC)


def test_what_has_no_link_gets_no_new_one(service: Service) -> None:
    plain = service.card(service.customer())["card"]["id"]
    refused = service.call("POST", f"/v1/cards/{plain}/new-link")
    assert (refused.status_code, refused.json()["code"]) == (409, "card_without_design")
    service.post(f"/v1/cards/{plain}/revoke", status=200)
    refused = service.call("POST", f"/v1/cards/{plain}/new-link")
    assert (refused.status_code, refused.json()["code"]) == (409, "card_revoked")


ACTS = ("issue", "replace", "revoke", "new_link", "ban", "unban", "merge", "withdraw_all")


@pytest.mark.both_databases(reason="links are found by queries of their own")
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in (1, 2))])
def test_in_any_order_a_link_opens_its_own_good_card_or_nothing(holder: Holder, seed: int) -> None:
    """Links are taken along the way; afterwards each opens its card only if nothing ended it."""
    service, chance = holder.service, random.Random(seed)
    links: list[tuple[str, str]] = []
    ended: set[str] = set()
    gone = banned = False
    for act in chance.choices(ACTS, k=8):
        if not (gone or banned):
            links.append((holder.link(), holder.card["id"]))
        card = holder.card["id"]
        if act == "unban":
            holder.ban("active")
        elif not (gone and act in {"replace", "revoke", "new_link"}):
            getattr(holder, act)()
        if act == "new_link":
            ended |= {link for link, of in links if of == card}
        if act == "withdraw_all":
            ended |= {link for link, _ in links}
        gone = (gone and act != "issue") or act == "revoke"
        banned = (banned and act not in {"unban", "merge"}) or act == "ban"
    for link, of in dict(links).items():
        revoked = service.get(f"/v1/cards/{of}")["revoked_at"] is not None
        state = service.get(f"/v1/customers/{holder.customer}")["customer"]["state"]
        good = link not in ended and not revoked and state != "banned"
        assert opens(service, link) == (of if good else None)
