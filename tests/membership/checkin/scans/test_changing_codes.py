"""Nothing that a screen with a changing code has shown gives a text that is green later."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from membership.store.models import Card, CardWallet, Organization
from passes.codes.barcode import (
    BarcodeError,
    CardAlias,
    CardCode,
    CustomerNumber,
    RotatingCode,
    SignedCardCode,
    parse,
)
from passes.codes.rotating import rotating_code, step_at, totp
from passes.design import CodeForm, Design
from tests.membership.portal.login.conftest import opened
from tests.membership.portal.member.club import member
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)

KNOWN = ["by_number", "old_code"]
CHANGING = Design(title={"en": "Card"}, description={"en": "Card"}, code=CodeForm.ROTATING)


def kinds_of(service: Service, text: str, **fields: Any) -> tuple[str, set[str]]:
    """The outcome of a scan, and what it calls attention to, but that somebody was here before."""
    answer = service.scan(text, attention_kinds=KNOWN, **fields)
    kinds = {each["kind"] for each in answer["attention"]}
    return answer["outcome"], kinds - {"seen_recently"}


def is_green(service: Service, text: str) -> bool:
    """Whether a scan shows that somebody may come in, without a word of doubt."""
    return kinds_of(service, text) == ("active", set())


def opens_door(service: Service, text: str) -> bool:
    """Whether a door opens for what its reader read."""
    answer = service.call("GET", "/v1/access/area.pool", params={"card": text})
    return answer.status_code == 200 and answer.json()["granted"] is True


@pytest.fixture
def amara(service: Service) -> str:
    """A customer with a membership."""
    customer = service.customer("Amara")
    service.member(service.plan("Gold", "area.pool"), customer_id=customer)
    return customer


@pytest.fixture
def card(service: Service, amara: str) -> WalletCard:
    """A card of which only changing codes are handed out."""
    return wallet_card(service, amara, new_design(service, CHANGING))


def shown(service: Service, card: WalletCard) -> RotatingCode:
    """What the phone shows now."""
    row = wallet_of(service, card)
    assert row.alias is not None
    assert row.rotating_key is not None
    key = vault_of(service).open(row.rotating_key)
    return rotating_code(CardAlias(row.alias), key, service.clock())


def old_form(service: Service, card: WalletCard) -> str:
    """What a phone shows now that was not updated."""
    key = wallet_of(service, card).rotating_key
    assert key is not None
    seconds = int(service.clock().timestamp())
    value = totp(vault_of(service).open(key), step_at(seconds))
    return RotatingCode(CardCode(card.code), seconds, value).text


def number_of(service: Service, card: WalletCard) -> str:
    """The number of a card's holder."""
    return str(service.get(f"/v1/customers/{card.customer_id}")["customer"]["number"])


def rewritings(code: RotatingCode, *others: str) -> Iterator[str]:
    """Every text in a form of ours that can be put together of what is on a screen.

    Those are all parts of the code, behind every prefix and before every ending, and its digits
    and letters as an id. Numbers are those of one digit and the screen's own.
    """
    whole = code.text
    parts = {whole[a:b] for a in range(len(whole)) for b in range(a + 1, len(whole) + 1)}
    parts |= {part[3:] for part in parts if re.match("MC[0-9]", part)}
    endings = ("", f"-{code.seconds}-{code.value}", f"-{code.seconds + 30}-{code.value}")
    seen = set()
    for prefix, part, ending in product(("", "MC1", "MC2", "MC3", "C-"), parts, endings):
        text = f"{prefix}{part}{ending}"
        try:
            read = parse(text)
        except BarcodeError:
            continue
        if isinstance(read, CustomerNumber) and read.number > 9:
            continue
        if read not in seen:
            seen.add(read)
            yield text
    bits = 0
    for letter in code.name.text[3:]:
        bits = bits << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    yield from (str(UUID(int=bits)), UUID(bytes=bits.to_bytes(16)[::-1]).hex, *others)


def assert_nothing_is_green(service: Service, code: RotatingCode, *others: str) -> None:
    """Rewrite a used code in every way, and show that at the desk and at a door, soon and later."""
    texts = list(rewritings(code, *others))
    assert {type(parse(text)) for text in texts} >= {CardCode, RotatingCode, CustomerNumber}
    service.clock.advance(minutes=2)
    assert [text for text in texts if is_green(service, text)] == []
    service.clock.advance(days=1)
    cards = [text for text in texts if not isinstance(parse(text), CustomerNumber)]
    assert [text for text in (*cards, *others) if is_green(service, text)] == []
    assert [text for text in (*cards, *others) if opens_door(service, text)] == []


def test_no_rewriting_of_a_used_code_is_green(service: Service, card: WalletCard) -> None:
    code = shown(service, card)
    assert is_green(service, code.text)
    number = number_of(service, card)
    assert_nothing_is_green(service, code, number, str(card.customer_id))


def test_no_rewriting_of_a_live_card_is_green_even_where_numbers_prove(service: Service) -> None:
    club = opened(service)
    new_design(club)
    bo = member(club, given_name="Bo")
    club.member(club.plan("Gold", "area.pool"), customer_id=bo.customer)
    with arranging(club.database) as session:
        session.get_one(Organization, club.tenant.id).numbers_prove = True
    (listed,) = bo.post("/cards", status=201)["items"]
    face = bo.live(listed["id"])
    code = parse(face["codes"][0]["text"])
    assert isinstance(code, RotatingCode)
    assert is_green(club, code.text)
    assert_nothing_is_green(club, code, face["card"]["number"], bo.customer)


def signed(service: Service, card: WalletCard) -> str:
    """A card's signed code."""
    return SignedCardCode(CardCode(card.code), wallet_of(service, card).code_signature).text


def test_a_still_code_of_a_changing_card_names_and_proves_nothing(
    service: Service, card: WalletCard
) -> None:
    number = number_of(service, card)
    for text in (card.code, signed(service, card), number, str(card.customer_id)):
        assert kinds_of(service, text) == ("active", {"by_number"}), text
        assert not opens_door(service, text), text
        answer = service.call("GET", "/v1/access", params={"card": text})
        assert (answer.status_code, answer.json()["code"]) == (404, "card_code_static")
    assert service.call("GET", "/v1/access", params={"number": number}).status_code == 200
    assert service.scan(card.code)["named_by"] == "card"
    service.post(f"/v1/cards/{card.card_id}/revoke", status=200)
    assert service.scan(card.code)["outcome"] == "card_revoked"
    assert service.get("/v1/access", card=card.code)["reason"] == "card_revoked"
    # The number stands on the phone that was lost: revoking its card makes it prove nothing.
    for text in (number, str(card.customer_id)):
        assert kinds_of(service, text) == ("active", {"by_number"}), text
        assert not opens_door(service, text), text


def test_a_number_proves_by_setting_once_a_still_code_is_out(
    service: Service, card: WalletCard, amara: str
) -> None:
    with arranging(service.database) as session:
        session.get_one(Organization, service.tenant.id).numbers_prove = True
    assert kinds_of(service, amara) == ("active", {"by_number"})
    new = {"customer_id": amara, "design_id": str(new_design(service, key="still"))}
    other = service.post("/v1/cards", new)
    assert kinds_of(service, amara) == ("active", set())
    service.post(f"/v1/cards/{other['card']['id']}/revoke", status=200)
    assert kinds_of(service, amara) == ("active", {"by_number"})


@pytest.mark.parametrize("way", ["pkpass", "pdf"])
def test_a_still_code_proves_once_it_was_handed_out(
    service: Service, card: WalletCard, way: str
) -> None:
    assert kinds_of(service, card.code) == ("active", {"by_number"})
    for _ in range(2):
        answer = service.call("GET", f"/v1/cards/{card.card_id}/card.{way}")
        assert answer.status_code == 200
    assert kinds_of(service, card.code) == ("active", set())
    assert opens_door(service, card.code)
    service.clock.advance(seconds=30)
    assert is_green(service, shown(service, card).text)


def was_there_before(service: Service, card: WalletCard) -> None:
    """Make a card one that was handed out before there were aliases."""
    with arranging(service.database) as session:
        session.execute(
            update(CardWallet)
            .where(
                CardWallet.organization_id == service.tenant.id, CardWallet.card_id == card.card_id
            )
            .values(alias_since=NOON)
        )


def test_cards_of_before_are_taken_for_90_days_and_marked(
    service: Service, card: WalletCard
) -> None:
    was_there_before(service, card)
    assert is_green(service, shown(service, card).text)
    assert service.scan(old_form(service, card))["unknown_cause"] == "replayed"
    service.clock.now = NOON + timedelta(days=89, hours=23)
    for text in (old_form(service, card), card.code, signed(service, card)):
        assert kinds_of(service, text) == ("active", {"old_code"})
        assert opens_door(service, text)
    assert service.scan(shown(service, card).text)["unknown_cause"] == "replayed"
    assert service.scan(old_form(service, card))["unknown_cause"] == "replayed"
    service.clock.now = NOON + timedelta(days=90)
    refused = service.scan(old_form(service, card))
    assert (refused["outcome"], refused["unknown_cause"]) == ("unknown_code", "stale")
    assert refused["customer"] is None
    assert not opens_door(service, old_form(service, card))
    assert kinds_of(service, card.code) == ("active", {"by_number"})
    assert not opens_door(service, card.code)
    assert is_green(service, shown(service, card).text)


def test_a_desk_that_does_not_know_the_mark_is_sent_a_note(
    service: Service, card: WalletCard
) -> None:
    was_there_before(service, card)
    (note,) = service.scan(old_form(service, card))["attention"]
    assert (note["kind"], note["text"]) == ("desk_note", "The code is of an old form.")


def test_a_new_card_was_never_shown_in_the_old_form(service: Service, card: WalletCard) -> None:
    refused = service.scan(old_form(service, card))
    assert (refused["outcome"], refused["unknown_cause"]) == ("unknown_code", "forged")
    with service.database.readers.begin() as session:
        row = session.scalars(select(Card).where(Card.id == card.card_id)).one()
        assert row.static_since is None


def test_codes_ahead_share_no_long_part_with_the_card(service: Service, card: WalletCard) -> None:
    bare = card.code.removeprefix("MC1")
    pieces = {bare[start : start + 8] for start in range(len(bare) - 7)}
    text = shown(service, card).text
    assert [piece for piece in pieces if piece in text] == []


def test_the_first_handing_out_of_a_static_code_is_in_the_audit(
    service: Service, card: WalletCard
) -> None:
    for _ in range(2):
        answer = service.call("GET", f"/v1/cards/{card.card_id}/card.pkpass")
        assert answer.status_code == 200
    (entry,) = service.get("/v1/audit", action="card.static_code_handed_out")["items"]
    assert (entry["actor"]["kind"], entry["subject_id"]) == ("api_key", str(card.card_id))
