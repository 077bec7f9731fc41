"""A number, a customer's id and an install link name a member; a card's code is more than that."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from api_client.messages.scan import ScanMethod
from membership.store.models import Card
from tests.membership.support import NOON, Service, arranging

NEW_DESK: dict[str, Any] = {"attention_kinds": ["by_number"]}
AMBER = {"kind": "by_number", "days": None, "minutes": None, "text": None}
CAMERA, WEDGE, SEARCH = (each.value for each in ScanMethod)


@dataclass(frozen=True)
class Member:
    """A member, and every text that leads to them."""

    id: str
    number: str
    card: str
    fob: str
    slug: str

    def texts(self) -> dict[str, list[str]]:
        """By what they are, in the spellings that scanners send."""
        digits = self.number.removeprefix("C-")
        plain = self.id.replace("-", "")
        return {
            "number": [self.number, f"c-{int(digits)}", f"C{digits}", f"]C1{self.number}"],
            "customer_id": [
                self.id,
                self.id.upper(),
                f"{{{self.id}}}",
                f"urn:uuid:{self.id}",
                plain,
            ],
            "install_link": [
                f"https://cards.example.com/{self.slug}/gold/{self.id}",
                f"http://cards.example.com/{self.slug}/gold/{self.id}?s=abc",
            ],
            "card": [self.card, f"\\000026{self.card.lower()}"],
            "foreign_card": [self.fob],
        }


def make_member(service: Service, **fields: Any) -> Member:
    """A member with a card of this service and a fob of another maker."""
    customer = service.customer(**fields)
    service.member(service.plan(f"Gold {uuid4()}"), customer_id=customer)
    fob = f"FOB {uuid4().hex[:8]}"
    with arranging(service.database) as session:
        session.add(
            Card(
                organization_id=service.tenant.id,
                id=uuid4(),
                customer_id=UUID(customer),
                code=fob,
                label="Fob",
                issued_at=NOON,
                revoked_at=None,
            )
        )
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    return Member(customer, number, service.card(customer)["code"], fob, service.tenant.slug)


def kinds(answer: Any) -> list[str]:
    """The kinds of attention without that of the visit before, which the tests make many of."""
    return [each["kind"] for each in answer["attention"] if each["kind"] != "seen_recently"]


@pytest.mark.parametrize("method", [CAMERA, WEDGE])
def test_what_only_names_is_active_and_amber(service: Service, method: str) -> None:
    member = make_member(service)
    for named_by, texts in member.texts().items():
        for text in texts:
            answer = service.scan(text, method=method, **NEW_DESK)
            assert answer["outcome"] == "active", text
            assert answer["customer"]["id"] == member.id
            assert answer["named_by"] == named_by, text
            proves = named_by in {"card", "foreign_card"}
            assert kinds(answer) == ([] if proves else ["by_number"]), text
            visits = service.get("/v1/visits", limit=100)["items"]
            recorded = {each["id"]: each["named_by"] for each in visits}
            assert recorded[answer["visit_id"]] == named_by


def test_it_comes_first_and_beside_all_else(service: Service) -> None:
    member = make_member(service, desk_note="Ask for the form.")
    answer = service.scan(member.number, **NEW_DESK)
    assert answer["attention"][0] == AMBER
    assert kinds(answer) == ["by_number", "desk_note"]


def test_who_staff_looked_up_by_hand_is_not_amber(service: Service) -> None:
    member = make_member(service)
    for text in (member.id, member.number):
        assert kinds(service.scan(text, method=SEARCH, **NEW_DESK)) == []


def test_a_club_may_let_numbers_count_like_cards(service: Service) -> None:
    member = make_member(service)
    assert service.get("/v1/organization")["numbers_prove"] is False
    assert service.patch("/v1/organization", numbers_prove=True)["numbers_prove"] is True
    for texts in member.texts().values():
        for text in texts:
            assert kinds(service.scan(text, **NEW_DESK)) == [], text
    entries = service.get("/v1/audit", action="organization.changed")["items"]
    assert [(each["before"], each["after"]) for each in entries] == [
        ({"numbers_prove": False}, {"numbers_prove": True})
    ]
    # It is of one club only, and taken back at once.
    other = service.fresh()
    assert kinds(other.scan(make_member(other).number, **NEW_DESK)) == ["by_number"]
    service.patch("/v1/organization", numbers_prove=False)
    assert kinds(service.scan(member.number, **NEW_DESK)) == ["by_number"]


@pytest.mark.parametrize(
    ("prepare", "outcome"),
    [("expired", "expired"), ("banned", "blocked"), ("none", "no_membership")],
)
def test_whoever_is_turned_away_is_turned_away_as_before(
    service: Service, prepare: str, outcome: str
) -> None:
    customer = service.customer(state="banned" if prepare == "banned" else "active")
    if prepare != "none":
        service.member(service.plan(), customer_id=customer, last_day="2027-03-10")
        service.clock.advance(days=2 if prepare == "expired" else 0)
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    answer = service.scan(number, **NEW_DESK)
    assert (answer["outcome"], answer["attention"]) == (outcome, [])
    assert answer["named_by"] == "number"


def test_a_former_number_and_id_only_name_as_well(service: Service) -> None:
    gone = make_member(service, given_name="Ada")
    stays = make_member(service, given_name="Ada")
    service.post(f"/v1/customers/{stays.id}/merge", {"other_id": gone.id}, status=200)
    for named_by, texts in gone.texts().items():
        answer = service.scan(texts[0], **NEW_DESK)
        assert answer["customer"]["id"] == stays.id
        assert answer["named_by"] == named_by
        assert ("by_number" in kinds(answer)) == (named_by not in {"card", "foreign_card"})


def test_a_reading_on_another_layout_counts_as_what_it_is(service: Service) -> None:
    member = make_member(service)
    answer = service.scan("Cß000001", alternatives=[member.number], method=WEDGE, **NEW_DESK)
    assert (answer["customer"]["id"], answer["named_by"]) == (member.id, "number")
    assert kinds(answer) == ["by_number"]


@pytest.mark.parametrize("note", ["", "Ask for the form."])
def test_a_desk_of_before_gets_a_note_that_it_can_show(service: Service, note: str) -> None:
    """It refuses answers with kinds that it does not know, and shows the first note only."""
    member = make_member(service, desk_note=note)
    answer = service.scan(member.number)
    text = f"By number: compare the photo. {note}".strip()
    assert answer["attention"] == [
        {"kind": "desk_note", "days": None, "minutes": None, "text": text}
    ]
    assert answer["outcome"] == "active"
    known = {"expires_soon", "payment_overdue", "desk_note", "birthday", "seen_recently"}
    assert {each["kind"] for each in service.scan(member.id)["attention"]} <= known


def test_the_same_scan_again_gets_the_same_answer(service: Service) -> None:
    member, visit = make_member(service), uuid4()
    first = service.scan(member.number, visit, **NEW_DESK)
    again = service.scan(member.number, visit, **NEW_DESK)
    assert again["attention"] == first["attention"] == [AMBER]


def test_a_code_of_nobody_is_named_by_nothing(service: Service) -> None:
    assert service.scan("C-999999", **NEW_DESK)["named_by"] is None
