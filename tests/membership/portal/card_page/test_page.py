"""The install page: only a signed link opens it, and it shows the card as it is."""

import base64
import io
import json
import re
import zipfile
from html.parser import HTMLParser
from uuid import UUID, uuid4

import cv2
import numpy as np
import pytest
import requests

from membership.store.models import Card
from membership.wallet.designs.standard import standard_design
from membership.wallet.links import LinkOfCard, install_path, sign_link
from membership.wallet.state import wallet_keys
from passes.design import CodeForm
from passes.words import FaceStatus
from scanner.decode import decode_still
from tests.membership.portal.card_page.test_phones import IPHONE, LAPTOP, PIXEL
from tests.membership.support import TIMEOUT, Service, arranging
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)


@pytest.fixture
def card(service: Service) -> WalletCard:
    customer = service.customer("Amara", family_name="Okafor <b>&", language="de")
    service.member(service.plan("Gold"), customer_id=customer)
    return wallet_card(service, customer, new_design(service))


def signed(service: Service, card: WalletCard, customer_id: UUID | None = None) -> str:
    """The path of a card's page with its signature."""
    with service.database.readers.begin() as session:
        keys = wallet_keys(session, vault_of(service), service.tenant.id)
    assert keys is not None
    path = install_path(service.tenant.slug, "member", customer_id or card.customer_id)
    link = LinkOfCard(card.card_id, wallet_of(service, card).link_number)
    return f"{path}?s={sign_link(keys.link_key, path, link)}"


def visit(
    service: Service, path: str, user_agent: str = LAPTOP, language: str = "en"
) -> requests.Response:
    headers = {"User-Agent": user_agent, "Accept-Language": language}
    return requests.get(service.url + path, headers=headers, timeout=TIMEOUT)


class Page(HTMLParser):
    """What a page consists of: texts, links, and what its codes say."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.codes: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag == "img":
            picture = base64.b64decode((given["src"] or "").partition("base64,")[2])
            read = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert read is not None
            self.codes += [code.text for code in decode_still(np.asarray(read, np.uint8))]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def test_a_computer_is_shown_the_card_with_its_code_and_one_for_the_phone(
    service: Service, card: WalletCard
) -> None:
    path = signed(service, card)
    answer = visit(service, path)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert "Amara Okafor <b>&" in page.texts
    assert {"Gold", "Active", service.tenant.name} <= set(page.texts)
    assert page.codes[0] == card.code
    assert page.codes[1].endswith(path)
    assert "script" not in page.tags


def test_the_page_may_load_nothing_be_framed_by_nobody_and_is_kept_nowhere(
    service: Service, card: WalletCard
) -> None:
    headers = visit(service, signed(service, card)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]


def test_it_is_in_german_where_that_is_asked_for(service: Service, card: WalletCard) -> None:
    assert "Ihre Karte" in visit(service, signed(service, card), language="de-AT").text
    assert "Ihre Karte" in visit(service, signed(service, card), language="fr").text
    assert "Your card" in visit(service, signed(service, card) + "&lang=en", language="de").text


def test_the_status_is_in_the_language_of_the_page(service: Service) -> None:
    words = {FaceStatus.NO_MEMBERSHIP: {"cy": "Dim aelodaeth"}}
    drawn = standard_design().model_copy(update={"languages": ("fr", "cy"), "status_words": words})
    card = wallet_card(service, service.customer("Amara"), new_design(service, drawn))
    path = signed(service, card)
    for language, word in (("de", "Keine Mitgliedschaft"), ("en", "No membership")):
        assert word in visit(service, path, language=language).text


def test_a_phone_is_offered_its_own_wallet_and_told_what_is_not_set_up(
    service: Service, card: WalletCard
) -> None:
    path = signed(service, card)
    iphone = visit(service, path, IPHONE)
    assert "signed for tests only" in iphone.text
    assert "Google Wallet" not in iphone.text
    links = Page(iphone.text).links
    assert any("/card.pkpass?s=" in link for link in links)
    everything = next(link for link in links if "wallet=all" in link)
    pixel = visit(service, path, PIXEL)
    assert "has not set up Google Wallet" in pixel.text
    assert "Apple Wallet" not in pixel.text
    both = visit(service, everything, PIXEL).text
    assert "Add to Apple Wallet" in both


def test_an_official_badge_is_shown_where_there_is_one(service: Service, card: WalletCard) -> None:
    folder = service.settings.data_dir / "badges"
    folder.mkdir(exist_ok=True)
    badge = folder / "apple-de.svg"
    badge.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    try:
        german = visit(service, signed(service, card), IPHONE, "de").text
        assert "data:image/svg+xml;base64," in german
        assert 'alt="Zu Apple Wallet hinzufügen"' in german
        english = visit(service, signed(service, card), IPHONE, "en").text
        assert "data:image/svg+xml" not in english
    finally:
        badge.unlink()


def test_guessed_and_altered_links_open_nothing_and_all_look_alike(
    service: Service, card: WalletCard
) -> None:
    path = signed(service, card)
    good = path.partition("?s=")[2]
    other = service.customer("Bela")
    wrong = [
        path.partition("?")[0],
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        path.replace(good, good[:-1]),
        path.replace(good, "%FF%00é"),
        path.replace(good, "x" * 100),
        path.replace(str(card.customer_id), other),
        path.replace(str(card.customer_id), str(uuid4())),
        path.replace("/member/", "/gold/"),
        path.replace(f"/{service.tenant.slug}/", "/another-club/"),
    ]
    answers = [visit(service, each) for each in wrong]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'nonce="[^"]+"', "", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert "This link opens nothing" in bodies.pop()


def test_a_link_of_another_organization_opens_nothing_here(
    service: Service, card: WalletCard
) -> None:
    other = service.fresh()
    new_design(other)
    theirs = wallet_card(other, other.customer("Bela"), new_design(other, key="gold"))
    assert visit(service, signed(service, card)).status_code == 200
    crossed = signed(service, card).replace(service.tenant.slug, other.tenant.slug)
    assert visit(service, crossed).status_code == 404
    assert theirs.card_id != card.card_id


def test_a_revoked_card_is_told_and_offers_nothing(service: Service, card: WalletCard) -> None:
    assert service.call("POST", f"/v1/cards/{card.card_id}/revoke").status_code == 200
    answer = visit(service, signed(service, card))
    assert answer.status_code == 410
    assert "no longer valid" in answer.text
    assert Page(answer.text).links == Page(answer.text).codes == []


def test_the_link_leads_to_its_own_card_also_after_a_merge(
    service: Service, card: WalletCard
) -> None:
    newer = wallet_card(service, str(card.customer_id), card.design_id)
    for each in (card, newer):
        assert Page(visit(service, signed(service, each)).text).codes[0] == each.code
    stays = service.customer("Amara")
    merged = service.call(
        "POST", f"/v1/customers/{stays}/merge", json={"other_id": str(card.customer_id)}
    )
    assert merged.status_code == 200, merged.text
    for each in (card, newer):
        assert Page(visit(service, signed(service, each)).text).codes[0] == each.code
        theirs = signed(service, each, UUID(stays))
        assert Page(visit(service, theirs).text).codes[0] == each.code


def test_paths_of_the_api_are_not_taken_for_links(service: Service) -> None:
    answer = service.call("GET", f"/v1/nothing/{uuid4()}")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_pictures_of_other_designs_are_not_shown(service: Service, card: WalletCard) -> None:
    assert standard_design().images == {}
    for tag in ("0" * 64, "nothing"):
        path = f"/{service.tenant.slug}/member/images/{tag}.png"
        assert visit(service, path).status_code == 404
    assert card.code


def test_the_card_is_fetched_for_apple_wallet_by_the_same_link(
    service: Service, card: WalletCard
) -> None:
    links = Page(visit(service, signed(service, card), IPHONE).text).links
    fetched = visit(service, next(link for link in links if "card.pkpass" in link), IPHONE)
    assert fetched.status_code == 200
    assert fetched.headers["Content-Type"] == "application/vnd.apple.pkpass"
    assert fetched.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        content = json.loads(archive.read("pass.json"))
    assert content["serialNumber"] == str(card.card_id)
    assert content["barcodes"][0]["message"] == card.code
    altered = signed(service, card).replace("?s=", "/card.pkpass?s=A")
    assert visit(service, altered, IPHONE).status_code == 404
    service.call("POST", f"/v1/cards/{card.card_id}/revoke")
    gone = visit(service, signed(service, card).replace("?", "/card.pkpass?"), IPHONE)
    assert gone.status_code == 410
    assert "no longer valid" in gone.text


@pytest.mark.parametrize("form", list(CodeForm))
def test_a_page_shows_the_code_of_a_card_unless_it_changes(
    service: Service, form: CodeForm
) -> None:
    customer = service.customer("Amara")
    service.member(service.plan("Gold"), customer_id=customer)
    design = standard_design().model_copy(update={"code": form})
    card = wallet_card(service, customer, new_design(service, design))
    key = (service.tenant.id, card.card_id)
    with arranging(service.database) as session:
        session.get_one(Card, key).static_since = None
    path = signed(service, card)
    page = Page(visit(service, path).text)
    shown = [code for code in page.codes if code.startswith("MC1")]
    changes = form is CodeForm.ROTATING
    assert [code[:29] for code in shown] == ([] if changes else [card.code])
    assert ("shows a code that changes" in " ".join(page.texts)) is changes
    with service.database.readers.begin() as session:
        assert (session.get_one(Card, key).static_since is None) is changes
    assert visit(service, path.replace("?", "/card.pkpass?"), IPHONE).status_code == 200
    with service.database.readers.begin() as session:
        assert session.get_one(Card, key).static_since is not None
