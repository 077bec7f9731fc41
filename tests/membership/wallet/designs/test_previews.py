"""Previews over HTTP: of cards that were issued, and of designs that nobody stored yet."""

import io
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from membership.base.scopes import Scope
from passes.codes.barcode import CardCode, SignedCardCode, parse
from scanner.decode import decode_still
from scanner.picture import as_image
from tests.membership.conftest import SQLITE
from tests.membership.support import Service
from tests.membership.wallet.designs.making import (
    PATH,
    content,
    edit,
    make_design,
    png,
    upload,
)
from tests.membership.wallet.factories import wallet_card


@pytest.fixture(scope="module")
def backend() -> str:
    """SQLite: what is drawn is read by statements that other tests ask of both databases."""
    return SQLITE


def seen_in(data: bytes) -> list[str]:
    """The codes that our scanner reads off a picture."""
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.array(image.convert("RGB"))[:, :, ::-1]
    return [code.text for code in decode_still(as_image(np.ascontiguousarray(pixels)))]


def preview(service: Service, *, status: int = 200, **wanted: Any) -> bytes:
    """The picture of a design."""
    answer = service.call("POST", f"{PATH}/preview", json=wanted)
    assert answer.status_code == status, answer.text
    return answer.content


@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_a_card_is_drawn_with_its_own_code(service: Service, wallet: str) -> None:
    tag = upload(service, "strip", png(1200, 500))["tag"]
    made = make_design(service, images={"strip": tag})
    card = wallet_card(service, service.customer(), UUID(made["id"]))
    answer = service.call("GET", f"/v1/cards/{card.card_id}/preview.png", params={"wallet": wallet})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert seen_in(answer.content) == [card.code]


@pytest.mark.parametrize("wallet", ["apple", "google"])
def test_a_changing_card_is_drawn_with_a_code_of_nobody(service: Service, wallet: str) -> None:
    """Until its static code is handed out, which a picture of it does not do."""
    made = make_design(service, code="rotating")
    card = wallet_card(service, service.customer(), UUID(made["id"]))
    path = f"/v1/cards/{card.card_id}/preview.png"
    (text,) = seen_in(service.call("GET", path, params={"wallet": wallet}).content)
    assert isinstance(parse(text), CardCode)
    assert service.scan(text)["outcome"] == "unknown_code"
    assert service.call("GET", f"/v1/cards/{card.card_id}/card.pdf").status_code == 200
    assert seen_in(service.call("GET", path, params={"wallet": wallet}).content) == [card.code]


def test_a_card_is_drawn_as_it_is_now_and_in_the_language_asked_for(service: Service) -> None:
    made = make_design(service, title={"en": "Card", "de": "Karte"})
    customer = service.customer("Amara")
    card = wallet_card(service, customer, UUID(made["id"]))

    def drawn(**wanted: str) -> bytes:
        path = f"/v1/cards/{card.card_id}/preview.png"
        answer = service.call("GET", path, params=wanted)
        assert answer.status_code == 200, answer.text
        return answer.content

    first = drawn()
    assert drawn(language="en") == first
    assert drawn(language="de") != first
    service.patch(f"/v1/customers/{customer}", given_name="Amina")
    renamed = drawn()
    assert renamed != first
    edit(service, made["id"], 1, background="#000000")
    assert drawn() != renamed


def test_cards_that_cannot_be_drawn(service: Service) -> None:
    plain = service.card(service.customer())["card"]["id"]
    path = f"/v1/cards/{plain}/preview.png"
    assert service.call("GET", path).json()["code"] == "card_without_design"
    missing = service.call("GET", f"/v1/cards/{uuid4()}/preview.png")
    assert missing.json()["code"] == "card_not_found"
    for wrong in ({"wallet": "paper"}, {"language": "xx"}, {"language": "english"}):
        assert service.call("GET", path, params=wrong).status_code == 422
    key = service.key_with(Scope.DESIGNS_WRITE)
    assert service.call("GET", path, key=key).status_code == 403


def test_a_design_is_drawn_without_being_stored(service: Service) -> None:
    codes = set()
    for wallet in ("apple", "google"):
        codes |= set(seen_in(preview(service, design=content(), wallet=wallet)))
    (code,) = codes
    assert isinstance(parse(code), CardCode)
    assert service.scan(code)["outcome"] == "unknown_code"
    assert service.get(PATH) == {"items": []}


def test_a_signed_code_is_drawn_as_fine_as_a_real_one(service: Service) -> None:
    (code,) = seen_in(preview(service, design=content(code="signed"), wallet="apple"))
    assert isinstance(parse(code), SignedCardCode)


def test_a_design_is_drawn_even_if_it_could_not_be_stored(service: Service) -> None:
    hard = content(background="#ffffff", foreground="#fefefe", label="#fefefe")
    assert seen_in(preview(service, design=hard))


def test_designs_that_cannot_be_drawn(service: Service) -> None:
    missing = content(images={"logo": "0" * 64})
    answer = service.call("POST", f"{PATH}/preview", json={"design": missing})
    assert (answer.status_code, answer.json()["code"]) == (422, "design_invalid")
    assert answer.json()["errors"][0]["field"] == "body.design.images.logo"
    preview(service, design=content(), language="xx", status=422)
    preview(service, design=content(), wallet="paper", status=422)
    preview(service, status=422)
