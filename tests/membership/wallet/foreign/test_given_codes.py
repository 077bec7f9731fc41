"""A code of another maker: given to a customer, found at every door, taken back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from membership.base.scopes import Scope
from membership.store.models import Card
from tests.membership.support import NOON, Service, arranging

EAN, UPC = "4006381333931", "036000291452"
CARD = "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"
ID = "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"


def give(
    service: Service, customer: str, code: str, *, key: str | None = None, **more: Any
) -> tuple[int, Any]:
    """The status and the body of an answer to giving a code."""
    body = {"customer_id": customer, "code": code, **more}
    answer = service.call("POST", "/v1/cards/foreign", json=body, key=key)
    return answer.status_code, answer.json()


def given(service: Service, customer: str, code: str, **more: Any) -> Any:
    """A card that was made by giving a code."""
    status, card = give(service, customer, code, **more)
    assert status == 201, card
    return card


def take_back(service: Service, card: Any, status: int = 200) -> Any:
    """The answer to taking a code back."""
    return service.post(f"/v1/cards/{card['id']}/take-back", status=status)


def holder(service: Service, text: str) -> str | None:
    """Whom a scan of a text leads to."""
    customer = service.scan(text)["customer"]
    return None if customer is None else str(customer["id"])


def test_a_code_is_given_scans_and_is_taken_back(service: Service) -> None:
    ada = service.customer("Ada")
    service.member(service.plan(), customer_id=ada)
    code = "Fob 77120"
    assert service.scan(code)["unknown_cause"] == "not_a_card"
    card = given(service, ada, code, label="Key fob")
    assert (card["foreign"], card["code_end"], card["label"]) == (True, "7120", "Key fob")
    assert code not in str(card)
    answer = service.scan(code)
    assert (answer["outcome"], answer["named_by"]) == ("active", "foreign_card")
    assert (answer["customer"]["id"], answer["attention"]) == (ada, [])
    assert answer["card"]["id"] == card["id"]
    assert [each["id"] for each in service.get(f"/v1/customers/{ada}/cards")["items"]] == [
        card["id"]
    ]
    assert take_back(service, card) == {"card_id": card["id"], "customer_id": ada}
    assert service.scan(code)["outcome"] == "unknown_code"
    assert service.get(f"/v1/customers/{ada}/cards")["items"] == []
    visits = service.get("/v1/visits", customer_id=ada)["items"]
    assert [each["named_by"] for each in visits] == ["foreign_card"]
    assert take_back(service, card, status=404)["code"] == "card_not_found"
    bela = service.customer("Bela")
    given(service, bela, code)
    assert holder(service, code) == bela


@pytest.mark.parametrize(
    ("code", "read"),
    [
        ("FOB-77120", ["FOB-77120", "  FOB-77120\r\n", "]C1FOB-77120", "\\000026FOB-77120"]),
        (" ]C0FOB-77120 ", ["FOB-77120", "]C0FOB-77120"]),
        ("https://old.example/m?id=7", ["https://old.example/m?id=7"]),
        ("cafe\u0301", ["caf\xe9", "cafe\u0301"]),
        ("4711", ["4711"]),
        ("7", ["7"]),
        ("x" * 255, ["x" * 255]),
        (UPC, [UPC, f"0{UPC}"]),
        (f"0{UPC}", [UPC, f"0{UPC}"]),
        ("MC1 club", ["MC1 club"]),
        ("C-45-A", ["C-45-A"]),
    ],
)
def test_every_door_reads_one_form(service: Service, code: str, read: list[str]) -> None:
    service = service.fresh()
    ada = service.customer("Ada")
    card = given(service, ada, code, confirm_product=True)
    for text in read:
        assert holder(service, text) == ada, text
        hits = service.get("/v1/customers", q=text)["items"]
        assert [hit["customer"]["id"] for hit in hits] == [ada], text
        body = {"card": text, "keys": ["area.pool"]}
        assert service.post("/v1/access", body, status=200)["customer_id"] == ada
        status, problem = give(service, service.customer("Bela"), text, confirm_product=True)
        assert (status, problem["code"]) == (409, "code_taken"), text
    take_back(service, card)
    assert [holder(service, text) for text in read] == [None] * len(read)


OURS = [
    CARD,
    CARD.lower(),
    f"]Q1{CARD}",
    f"{CARD}.{'A' * 103}",
    "MC2" + "A" * 26 + "-1799999999-12345678",
    CARD[:24],
    CARD[:-1],
    ID,
    ID.upper(),
    f"{{{ID}}}",
    f"urn:uuid:{ID}",
    ID.replace("-", ""),
    f"https://cards.example.com/club/gold/{ID}",
    f"http://elsewhere.example:8080/other/silver/{ID}?s=abc",
    "C-000045",
    "c45",
    "C-7",
    "C-000000",
    " C-000045\n",
]


def test_shapes_of_our_own_are_refused(service: Service) -> None:
    ada = service.customer("Ada")
    for code in OURS:
        status, problem = give(service, ada, code)
        assert (status, problem["code"]) == (422, "code_is_ours"), code
        assert problem["errors"][0]["field"] == "body.code"
    assert service.get(f"/v1/customers/{ada}/cards")["items"] == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "code_empty"),
        (" \t\r\n", "code_empty"),
        ("]C1", "code_empty"),
        ("x" * 256, "code_too_long"),
        ("x" * 8193, "invalid_request"),
        ("a\x00b", "code_unprintable"),
        ("a\x1db", "code_unprintable"),
        ("a\u202eb", "code_unprintable"),
        ("a\nb", "code_unprintable"),
        (None, "invalid_request"),
        (7, "invalid_request"),
    ],
)
def test_what_cannot_be_stored_is_refused(service: Service, code: Any, problem: str) -> None:
    status, answer = give(service, service.customer(), code)
    assert (status, answer["code"]) == (422, problem)
    assert answer["errors"][0]["field"] == "body.code"


@pytest.mark.parametrize("code", [EAN, UPC, f"0{UPC}", "96385074", "10012345678902"])
def test_a_products_code_is_asked_about_once_more(service: Service, code: str) -> None:
    service = service.fresh()
    ada = service.customer("Ada")
    status, problem = give(service, ada, code)
    assert (status, problem["code"]) == (409, "code_of_product")
    given(service, ada, code, confirm_product=True)
    assert holder(service, code) == ada


@pytest.mark.parametrize("code", ["4006381333932", "12345678", "77120", "036000291453"])
def test_other_digits_are_not_asked_about(service: Service, code: str) -> None:
    fresh = service.fresh()
    given(fresh, fresh.customer(), code)


def test_whose_it_is_is_said_to_those_who_may_know(service: Service) -> None:
    ada = service.customer("Ada", family_name="Moreau")
    bela = service.customer("Bela")
    given(service, ada, "FOB 1")
    status, problem = give(service, bela, "FOB 1")
    number = service.get(f"/v1/customers/{ada}")["customer"]["number"]
    assert (status, problem["code"]) == (409, "code_taken")
    (fault,) = problem["errors"]
    assert (fault["field"], fault["message"]) == ("body.code", f"Ada Moreau · {number}")
    blind = service.key_with(Scope.CARDS_WRITE)
    status, problem = give(service, bela, "FOB 1", key=blind)
    assert (status, problem["code"], problem["errors"]) == (409, "code_taken", [])
    assert "Ada" not in str(problem)
    assert give(service, ada, "FOB 1")[1]["code"] == "code_theirs_already"
    other = service.fresh()
    given(other, other.customer(), "FOB 1")


def test_a_revoked_one_still_says_whose_it_was(service: Service) -> None:
    ada, bela = service.customer("Ada"), service.customer("Bela")
    card = given(service, ada, "FOB 2")
    service.post(f"/v1/cards/{card['id']}/revoke", status=200)
    assert service.scan("FOB 2")["outcome"] == "card_revoked"
    assert give(service, bela, "FOB 2")[1]["code"] == "code_taken"
    take_back(service, card)
    given(service, bela, "FOB 2")


def test_a_card_made_here_is_not_taken_back(service: Service) -> None:
    card = service.card(service.customer())["card"]
    assert card["foreign"] is False
    assert take_back(service, card, status=409)["code"] == "card_not_foreign"


def test_all_that_became_of_a_card_is_in_the_changes_of_whose_it_was(service: Service) -> None:
    ada, bela = service.customer("Ada"), service.customer("Bela")
    card = given(service, ada, "FOB 9")
    service.clock.advance(seconds=1)
    service.post(f"/v1/cards/{card['id']}/revoke", status=200)
    service.clock.advance(seconds=1)
    take_back(service, card)
    given(service, bela, "FOB 9")
    own, others = (
        [each["action"] for each in service.get("/v1/audit", customer_id=who)["items"]
         if each["subject_kind"] == "card"]
        for who in (ada, bela)
    )  # fmt: skip
    assert own == ["card.deleted", "card.changed", "card.created"]
    assert others == ["card.created"]


def test_it_is_audited_and_told_to_others(service: Service) -> None:
    card = given(service, service.customer("Ada"), "FOB 3", label="Fob")
    take_back(service, card)
    entries = service.get("/v1/audit", subject_id=card["id"])["items"]
    assert {each["action"] for each in entries} == {"card.deleted", "card.created"}
    assert {
        each["actor_name"] if "actor_name" in each else each["actor"]["name"] for each in entries
    } == {"everything"}
    assert "FOB 3" not in str(entries)
    events = service.get("/v1/events")["items"]
    kinds = [each["type"] for each in events if each["data"].get("card_id") == card["id"]]
    assert sorted(kinds) == ["card.issued", "card.revoked"]


def test_once_per_key(service: Service) -> None:
    ada = service.customer("Ada")
    body, headers = {"customer_id": ada, "code": "FOB 4"}, {"Idempotency-Key": str(uuid4())}
    first = service.call("POST", "/v1/cards/foreign", json=body, headers=headers)
    again = service.call("POST", "/v1/cards/foreign", json=body, headers=headers)
    assert (first.status_code, again.json()) == (201, first.json())
    back = {"Idempotency-Key": str(uuid4())}
    path = f"/v1/cards/{first.json()['id']}/take-back"
    assert service.call("POST", path, headers=back).json()["customer_id"] == ada
    assert service.call("POST", path, headers=back).json()["customer_id"] == ada


@pytest.mark.both_databases(reason="desks race for one code")
def test_of_several_desks_at_once_one_wins(service: Service) -> None:
    service = service.fresh()
    people = [service.customer(f"No {number}") for number in range(4)]
    spelled = [UPC, f"0{UPC}"] * 2
    with ThreadPoolExecutor(4) as desks:
        answers = list(
            desks.map(
                lambda each: give(service, each[0], each[1], confirm_product=True),
                zip(people, spelled, strict=True),
            )
        )
    assert sorted(status for status, _ in answers) == [201, 409, 409, 409]
    assert {body["code"] for status, body in answers if status == 409} == {"code_taken"}
    winner = next(body["customer_id"] for status, body in answers if status == 201)
    assert holder(service, UPC) == winner


def test_who_may_not_get_one(service: Service) -> None:
    banned = service.customer(state="banned")
    assert give(service, banned, "FOB 5")[1]["code"] == "customer_banned"
    assert give(service, str(uuid4()), "FOB 5") == give(service, ID, "FOB 5")
    assert give(service, ID, "FOB 5")[1]["code"] == "customer_not_found"
    gone = service.customer("Ada")
    number = service.get(f"/v1/customers/{gone}")["customer"]["number"]
    service.post(f"/v1/customers/{gone}/erase", {"confirm": number}, status=200)
    assert give(service, gone, "FOB 5")[1]["code"] == "customer_erased"
    assert service.scan("FOB 5")["outcome"] == "unknown_code"


def test_whoever_is_banned_later_is_blocked_by_their_fob(service: Service) -> None:
    ada = service.customer("Ada")
    service.member(service.plan(), customer_id=ada)
    given(service, ada, "FOB 6")
    service.patch(f"/v1/customers/{ada}", state="banned")
    assert service.scan("FOB 6")["outcome"] == "blocked"


def test_a_merge_carries_it(service: Service) -> None:
    goes, stays = service.customer("Ada"), service.customer("Ada")
    card = given(service, goes, "FOB 7")
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    assert holder(service, "FOB 7") == stays
    assert give(service, goes, "FOB 7")[1]["code"] == "code_theirs_already"
    given(service, goes, "FOB 8")  # the former id leads to the one who stayed
    assert holder(service, "FOB 8") == stays
    assert take_back(service, card)["customer_id"] == stays


def test_an_erasure_deletes_it(service: Service) -> None:
    ada = service.customer("Ada")
    code, label = "STUDENT 991827", "Card of Ada"
    given(service, ada, code, label=label)
    service.scan(code)
    earlier = given(service, ada, "STUDENT 991828", label=label)
    take_back(service, earlier)
    number = service.get(f"/v1/customers/{ada}")["customer"]["number"]
    service.post(f"/v1/customers/{ada}/erase", {"confirm": number}, status=200)
    assert service.scan(code)["unknown_cause"] == "not_a_card"
    with service.database.readers.begin() as session:
        codes = session.query(Card.code).filter_by(organization_id=service.tenant.id).all()
    assert code not in {each for (each,) in codes}
    assert label not in str(service.get("/v1/audit"))
    given(service, service.customer("Bela"), code)


@pytest.mark.parametrize("stored", [UPC, f"0{UPC}", "]C0FOB 9", "FOB 9"])
def test_cards_that_were_imported_before_are_found_and_not_given_twice(
    service: Service, stored: str
) -> None:
    """They are stored as they were in the file."""
    service = service.fresh()
    ada = service.customer("Ada")
    with arranging(service.database) as session:
        session.add(
            Card(
                organization_id=service.tenant.id,
                id=uuid4(),
                customer_id=UUID(ada),
                code=stored,
                label="Fob",
                issued_at=NOON,
                revoked_at=None,
            )
        )
    assert holder(service, stored) == ada
    status, problem = give(service, service.customer("Bela"), stored, confirm_product=True)
    assert (status, problem["code"]) == (409, "code_taken")
