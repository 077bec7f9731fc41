"""What is handed out with a card is what its design shows: plain, signed, or no code that stays."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from membership.store.models import Card
from passes.codes.barcode import CardCode, SignedCardCode, parse
from passes.design import CodeForm, Design
from tests.membership.data.imports.test_imports import imported
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.factories import WalletCard, new_design, wallet_of

KNOWN: dict[str, Any] = {"attention_kinds": ["by_number"]}
FORMS = list(CodeForm)


def design_of(service: Service, form: CodeForm) -> str:
    """A design with a form of code."""
    look = Design(title={"en": "Card"}, description={"en": "Card"}, code=form)
    return str(new_design(service, look, form.value))


def member(service: Service) -> str:
    """A customer with a membership."""
    customer = service.customer("Amara")
    service.member(service.plan(f"Gold {customer}", "area.pool"), customer_id=customer)
    return customer


def issued(service: Service, customer: str, design: str) -> Any:
    """Issue a card."""
    return service.post("/v1/cards", {"customer_id": customer, "design_id": design})


def replaced(service: Service, customer: str, design: str) -> Any:
    """Issue a card, and another one in its place."""
    card = issued(service, customer, design)["card"]["id"]
    service.clock.advance(minutes=1)
    return service.post(f"/v1/cards/{card}/replace")


def stored(service: Service, card_id: str) -> WalletCard:
    """The card as it is stored, with its static code."""
    with service.database.readers.begin() as session:
        row = session.get_one(Card, (service.tenant.id, UUID(card_id)))
        return WalletCard(row.id, row.customer_id, row.code, UUID(int=0))


def exported(service: Service) -> list[dict[str, str]]:
    """The lines of the customers' export."""
    answer = service.call("GET", "/v1/exports/customers.csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def green(service: Service, text: str) -> bool:
    """Whether a scan lets somebody in without a word of doubt."""
    answer = service.scan(text, **KNOWN)
    kinds = {each["kind"] for each in answer["attention"]} - {"seen_recently"}
    return (answer["outcome"], kinds) == ("active", set())


@pytest.mark.parametrize("form", FORMS, ids=[each.value for each in FORMS])
@pytest.mark.parametrize("make", [issued, replaced], ids=["issued", "replaced"])
def test_the_answer_has_the_code_that_the_design_shows(
    service: Service, make: Callable[..., Any], form: CodeForm
) -> None:
    answer = make(service, member(service), design_of(service, form))
    card = stored(service, answer["card"]["id"])
    if form is CodeForm.ROTATING:
        assert answer["code"] == ""
        assert card.code not in str(answer)
        assert not green(service, card.code)
        return
    read = parse(answer["code"])
    if form is CodeForm.SIGNED:
        assert read == SignedCardCode(CardCode(card.code), wallet_of(service, card).code_signature)
    else:
        assert answer["code"] == card.code
    assert green(service, answer["code"])
    opened = service.get("/v1/access/area.pool", card=answer["code"])
    assert opened["granted"] is True


def test_a_card_without_a_design_is_its_code(service: Service) -> None:
    code = service.card(member(service))["code"]
    assert isinstance(parse(code), CardCode)
    assert green(service, code)


def test_the_same_request_again_has_the_same_answer(service: Service) -> None:
    body = {"customer_id": member(service), "design_id": design_of(service, CodeForm.ROTATING)}
    headers = {"Idempotency-Key": "once"}
    sent = [service.call("POST", "/v1/cards", json=body, headers=headers) for _ in range(2)]
    assert [(each.status_code, each.json()["code"]) for each in sent] == [(201, "")] * 2
    assert sent[0].json() == sent[1].json()


def test_the_export_has_codes_that_were_handed_out_only(service: Service) -> None:
    service = service.fresh()
    changing = design_of(service, CodeForm.ROTATING)
    still = design_of(service, CodeForm.CARD)
    nobody, only, both = (service.customer(name) for name in ("Ada", "Bo", "Cleo"))
    hidden = stored(service, issued(service, only, changing)["card"]["id"])
    older = issued(service, both, still)["code"]
    fob = {"customer_id": both, "code": "FOB 77120"}
    service.clock.advance(minutes=1)
    service.post("/v1/cards/foreign", fob)
    service.clock.advance(minutes=1)
    newest = stored(service, issued(service, both, changing)["card"]["id"])
    codes = [(each["card_code"], each["other_card_codes"]) for each in exported(service)]
    assert codes == [("", ""), ("", ""), ("FOB 77120", "")], (nobody, older)
    text = service.call("GET", "/v1/exports/customers.csv").text
    assert hidden.code not in text
    assert newest.code not in text
    # Read back, it makes nobody a card of what was only ever seen changing.
    other = service.fresh()
    imported(other, text.encode(), "customers")
    for code in (hidden.code, newest.code):
        assert other.scan(code)["outcome"] == "unknown_code"
    # Once printed it was handed out, and goes along.
    printed = service.call("GET", f"/v1/cards/{hidden.card_id}/card.pdf")
    assert printed.status_code == 200
    assert exported(service)[1]["card_code"] == hidden.code


def test_the_export_has_signed_cards_by_their_code(service: Service) -> None:
    service = service.fresh()
    answer = issued(service, service.customer(), design_of(service, CodeForm.SIGNED))
    code = stored(service, answer["card"]["id"]).code
    assert [each["card_code"] for each in exported(service)] == [code]
    with arranging(service.database) as session:
        session.get_one(Card, (service.tenant.id, UUID(answer["card"]["id"]))).revoked_at = NOON
    assert [each["card_code"] for each in exported(service)] == [""]
