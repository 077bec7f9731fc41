"""Signed and rotating codes at the desk: a picture of one lets nobody in, a repeat is no replay."""

import base64
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from passes.codes.barcode import CardAlias, CardCode, RotatingCode, SignedCardCode, parse
from passes.codes.rotating import rotating_code
from passes.codes.signed import verify_signed
from passes.design import CodeForm, Design
from tests.membership.conftest import SQLITE
from tests.membership.statements import statements
from tests.membership.support import NOON, Service
from tests.membership.wallet.factories import (
    WalletCard,
    new_design,
    vault_of,
    wallet_card,
    wallet_of,
)

STEP = timedelta(seconds=30)


@pytest.fixture
def member(service: Service) -> str:
    """A customer with a membership."""
    customer = service.customer("Amara")
    service.member(service.plan("Gold", "area.pool"), customer_id=customer)
    return customer


def card_of(service: Service, customer: str, form: CodeForm = CodeForm.ROTATING) -> WalletCard:
    """A card of a design with a form of code."""
    design = Design(title={"en": "Card"}, description={"en": "Card"}, code=form)
    return wallet_card(service, customer, new_design(service, design, form.value))


def key_of(service: Service, card: WalletCard) -> bytes:
    """The secret of a card's rotating codes."""
    sealed = wallet_of(service, card).rotating_key
    assert sealed is not None
    return vault_of(service).open(sealed)


def shown(service: Service, card: WalletCard, at: datetime = NOON) -> str:
    """What the phone shows."""
    alias = CardAlias(wallet_of(service, card).alias or "")
    return rotating_code(alias, key_of(service, card), at).text


def told(answer: Any) -> tuple[Any, ...]:
    """What came of a scan, and whether it told anything of a person."""
    return answer["outcome"], answer["unknown_cause"], answer["customer"] is not None


REFUSED = "unknown_code"


def test_the_code_that_the_phone_shows_is_taken_once(service: Service, member: str) -> None:
    card = card_of(service, member)
    code = shown(service, card)
    first = service.scan(code)
    assert told(first) == ("active", None, True)
    assert first["card"]["id"] == str(card.card_id)
    assert told(service.scan(code)) == (REFUSED, "replayed", False)
    service.clock.advance(seconds=30)
    assert told(service.scan(code)) == (REFUSED, "replayed", False)
    assert told(service.scan(shown(service, card, NOON + STEP))) == ("active", None, True)
    assert told(service.scan(code)) == (REFUSED, "replayed", False)
    assert len(service.get("/v1/visits")["items"]) == 2


def test_a_picture_of_a_code_lets_nobody_in_later(service: Service, member: str) -> None:
    card = card_of(service, member)
    picture = shown(service, card)
    service.clock.advance(seconds=60)
    assert told(service.scan(picture)) == (REFUSED, "stale", False)
    assert service.get("/v1/visits")["items"] == []
    assert wallet_of(service, card).rotating_step is None


def test_the_same_visit_sent_again_is_the_same_answer(service: Service, member: str) -> None:
    card = card_of(service, member)
    visit, code = uuid4(), shown(service, card)
    first = service.scan(code, visit)
    assert service.scan(code, visit) == first
    service.clock.advance(minutes=10)
    later = service.scan(code, visit)
    assert told(later) == ("active", None, True)
    assert later["visits"]["total"] == 1
    assert told(service.scan(code)) == (REFUSED, "stale", False)


def test_another_code_under_the_same_visit_is_refused_and_takes_nothing(
    service: Service, member: str
) -> None:
    card = card_of(service, member)
    visit = uuid4()
    service.scan(card.code, visit)
    body = {"visit_id": str(visit), "text": shown(service, card)}
    assert service.post("/v1/scans", body, status=409)["code"] == "visit_id_reused"
    assert wallet_of(service, card).rotating_step is None


def together(sends: list[Callable[[], Any]]) -> list[Any]:
    """Send at once, and collect the answers in the order in which they were to be sent."""
    answers: list[Any] = [None] * len(sends)
    barrier = threading.Barrier(len(sends))

    def run(index: int) -> None:
        barrier.wait()
        answers[index] = sends[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(sends))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.both_databases(reason="one step is used at the same time")
def test_of_two_desks_with_the_same_picture_one_wins(service: Service, member: str) -> None:
    card = card_of(service, member)
    for minute in range(5):
        service.clock.now = NOON + timedelta(minutes=minute)
        code = shown(service, card, service.clock.now)
        answers = together([partial(service.scan, code)] * 4)
        causes = sorted(str(each["unknown_cause"]) for each in answers)
        assert causes == ["None", "replayed", "replayed", "replayed"]
    assert len(service.get("/v1/visits")["items"]) == 5


@pytest.mark.both_databases(reason="one step is used at the same time")
def test_one_visit_sent_twice_at_once_is_one_visit(service: Service, member: str) -> None:
    card = card_of(service, member)
    for minute in range(5):
        service.clock.now = NOON + timedelta(minutes=minute)
        code, visit = shown(service, card, service.clock.now), uuid4()
        answers = together([partial(service.scan, code, visit)] * 4)
        assert [told(each) for each in answers] == [("active", None, True)] * 4
    assert len(service.get("/v1/visits")["items"]) == 5


def test_a_made_up_value_is_forged_and_takes_nothing(service: Service, member: str) -> None:
    card = card_of(service, member)
    good = parse(shown(service, card))
    assert isinstance(good, RotatingCode)
    wrong = f"{(int(good.value) + 1) % 10**8:08d}"
    forged = RotatingCode(good.name, good.seconds, wrong).text
    assert told(service.scan(forged)) == (REFUSED, "forged", False)
    assert told(service.scan(good.text)) == ("active", None, True)


def test_a_card_that_no_wallet_holds_has_no_rotating_codes(service: Service, member: str) -> None:
    code = service.card(member)["code"]
    made_up = RotatingCode(CardCode(code), int(NOON.timestamp()), "12345678").text
    assert told(service.scan(made_up)) == (REFUSED, "forged", False)
    assert told(service.scan(SignedCardCode(CardCode(code), bytes(64)).text)) == (
        REFUSED, "forged", False,
    )  # fmt: skip


@pytest.mark.parametrize("form", list(CodeForm))
def test_the_static_code_names_whatever_the_form_and_proves_where_it_is_shown(
    service: Service, member: str, form: CodeForm
) -> None:
    card = card_of(service, member, form)
    for _ in range(2):
        answer = service.scan(card.code, attention_kinds=["by_number", "seen_recently"])
        assert told(answer) == ("active", None, True)
        kinds = {each["kind"] for each in answer["attention"]} - {"seen_recently"}
        assert kinds == ({"by_number"} if form is CodeForm.ROTATING else set())


def signed(service: Service, card: WalletCard) -> SignedCardCode:
    """A card's signed code."""
    return SignedCardCode(CardCode(card.code), wallet_of(service, card).code_signature)


def test_a_signed_code_is_taken_and_an_altered_one_is_not(service: Service, member: str) -> None:
    card, other = (card_of(service, member, form) for form in (CodeForm.SIGNED, CodeForm.CARD))
    good = signed(service, card)
    assert told(service.scan(good.text.lower())) == ("active", None, True)
    altered = bytes([good.signature[0] ^ 1]) + good.signature[1:]
    for forged in (
        SignedCardCode(good.card, altered),
        SignedCardCode(good.card, signed(service, other).signature),
    ):
        assert told(service.scan(forged.text)) == (REFUSED, "forged", False)


def test_a_desk_is_told_the_key_that_verifies_signed_codes(service: Service, member: str) -> None:
    assert service.get("/v1/desk/code-key") == {"ed25519": None}
    card = card_of(service, member, CodeForm.SIGNED)
    told_key = base64.b64decode(service.get("/v1/desk/code-key")["ed25519"])
    key = Ed25519PublicKey.from_public_bytes(told_key)
    assert verify_signed(signed(service, card), key).text == card.code
    by_hand = b"walletdesk card code 1\n" + card.code.encode()
    key.verify(wallet_of(service, card).code_signature, by_hand)


def test_codes_of_another_organization_are_not_known(service: Service, member: str) -> None:
    card = card_of(service, member)
    texts = (signed(service, card).text, shown(service, card))
    stranger = service.fresh()
    for text in texts:
        assert told(stranger.scan(text)) == (REFUSED, "not_found", False)


def test_the_proof_may_be_the_other_reading_of_a_hand_scan(service: Service, member: str) -> None:
    card = card_of(service, member)
    code = shown(service, card)
    answer = service.scan(code.replace("-", "ß"), alternatives=[code])
    assert told(answer) == ("active", None, True)
    again = service.scan(code.replace("-", "ß"), alternatives=[code])
    assert told(again) == (REFUSED, "replayed", False)


def test_a_revoked_card_is_said_to_be_revoked(service: Service, member: str) -> None:
    card = card_of(service, member)
    service.post(f"/v1/cards/{card.card_id}/revoke", status=200)
    answer = service.scan(shown(service, card))
    assert told(answer) == ("card_revoked", None, True)
    assert told(service.scan(shown(service, card))) == (REFUSED, "replayed", False)


def ask(service: Service, code: str, status: int = 200) -> Any:
    """Ask as a door does whether the pool is open to whoever shows a code."""
    answer = service.call("GET", "/v1/access/area.pool", params={"card": code})
    assert answer.status_code == status, answer.text
    return answer


def test_doors_are_asked_without_using_a_code_up(service: Service, member: str) -> None:
    card = card_of(service, member)
    code = shown(service, card)
    for _ in range(2):
        answer = ask(service, code)
        assert answer.json()["granted"] is True
        assert answer.headers["Cache-Control"] == "private, max-age=0"
    assert told(service.scan(code)) == ("active", None, True)
    assert ask(service, code).json()["granted"] is True
    service.clock.advance(seconds=30)
    service.scan(shown(service, card, service.clock.now))
    assert ask(service, code, 404).json()["code"] == "card_code_stale"


def test_doors_stay_shut_for_old_and_forged_codes(service: Service, member: str) -> None:
    card = card_of(service, member)
    code = shown(service, card)
    service.clock.advance(seconds=60)
    assert ask(service, code, 404).json()["code"] == "card_code_stale"
    assert ask(service, code[:-1] + "x", 404).json()["code"] == "card_not_found"
    alias = CardAlias(wallet_of(service, card).alias or "")
    forged = RotatingCode(alias, int(service.clock.now.timestamp()), "00000000")
    assert ask(service, forged.text, 404).json()["code"] == "card_code_forged"
    asked = service.call("POST", "/v1/access", json={"card": forged.text})
    assert (asked.status_code, asked.json()["code"]) == (404, "card_code_forged")
    altered = SignedCardCode(CardCode(card.code), bytes(64)).text
    assert ask(service, altered, 404).json()["code"] == "card_code_forged"
    assert ask(service, signed(service, card).text, 404).json()["code"] == "card_code_static"
    assert ask(service, card.code, 404).json()["code"] == "card_code_static"


def verbs(service: Service, text: str) -> list[str]:
    """The first word of each statement that one scan sends."""
    with statements(service.database) as sent:
        service.scan(text)
    return [each.sql.partition(" ")[0] for each in sent]


def test_a_plain_card_pays_nothing_for_codes_that_prove_something(
    service: Service, member: str, backend: str
) -> None:
    card = card_of(service, member)
    plain = verbs(service, card_of(service, member, CodeForm.CARD).code)
    whole = verbs(service, shown(service, card))
    assert plain == (["SELECT", "INSERT", "SELECT"] if backend == SQLITE else ["SELECT", "WITH"])
    assert (whole.count("UPDATE"), whole[-1]) == (1, "COMMIT")
    assert len(whole) == len(plain) + 6
