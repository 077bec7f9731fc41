"""The live card: codes for hours ahead, which the desk takes each at its time, once."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.portal.member.live import codes_ahead
from membership.store.models import CardWallet
from passes.codes.barcode import RotatingCode, new_card_alias, parse
from passes.codes.rotating import PERIOD_SECONDS, RotatingSecret, verify_rotating
from passes.design import CodeForm, Design
from tests.membership.portal.login.visitors import at_once, fault
from tests.membership.portal.member.club import Member, imported_card, member
from tests.membership.support import NOON, Service, arranging
from tests.membership.wallet.factories import new_design

REFUSED = "unknown_code"


@pytest.fixture
def amara(club: Service) -> Member:
    """A member of a club whose cards have a plain code."""
    new_design(club)
    found = member(club, given_name="Amara", family_name="Okafor")
    club.member(club.plan("Gold"), customer_id=found.customer)
    return found


def card_of(amara: Member) -> str:
    """A card of theirs; returns its id."""
    return str(amara.service.card(amara.customer)["card"]["id"])


def told(answer: Any) -> tuple[Any, ...]:
    """What came of a scan, and whether it told anything of a person."""
    return answer["outcome"], answer["unknown_cause"], answer["customer"] is not None


def instant(text: str) -> datetime:
    """An instant of an answer."""
    return datetime.fromisoformat(text)


def test_codes_for_hours_ahead_are_given(amara: Member) -> None:
    card = card_of(amara)
    now = amara.service.clock()
    answer = amara.live(card)
    assert answer["card"] == {
        "id": card,
        "label": "Member card",
        "name": "Amara Okafor",
        "number": "C-000001",
        "organization": amara.service.tenant.name,
    }
    assert instant(answer["server_time"]) == now
    assert answer["period_seconds"] == PERIOD_SECONDS
    codes = answer["codes"]
    assert set(codes[0]) == {"from", "text"}
    begins = [instant(each["from"]) for each in codes]
    step = timedelta(seconds=PERIOD_SECONDS)
    assert begins[0] <= now < begins[0] + step
    assert {after - before for before, after in pairwise(begins)} == {step}
    assert begins[-1] <= now + timedelta(minutes=240) < begins[-1] + step
    assert len({each["text"] for each in codes}) == len(codes)


def test_each_code_is_taken_at_its_time_and_once(amara: Member) -> None:
    service = amara.service
    codes = amara.live(card_of(amara))["codes"]
    for code in (codes[0], codes[1], codes[7], codes[-1]):
        service.clock.now = instant(code["from"]) + timedelta(seconds=29)
        assert told(service.scan(code["text"])) == ("active", None, True)
        assert told(service.scan(code["text"])) == (REFUSED, "replayed", False)
    assert len(service.get("/v1/visits")["items"]) == 4


def test_a_code_before_and_after_its_time_lets_nobody_in(amara: Member) -> None:
    service = amara.service
    codes = amara.live(card_of(amara))["codes"]
    early, late = codes[10], codes[0]
    assert told(service.scan(early["text"])) == (REFUSED, "stale", False)
    service.clock.now = instant(early["from"]) - timedelta(seconds=31)
    assert told(service.scan(early["text"])) == (REFUSED, "stale", False)
    assert told(service.scan(late["text"])) == (REFUSED, "stale", False)
    service.clock.now = instant(early["from"])
    assert told(service.scan(early["text"])) == ("active", None, True)


def test_an_altered_code_is_forged(amara: Member) -> None:
    code = parse(amara.live(card_of(amara))["codes"][0]["text"])
    assert isinstance(code, RotatingCode)
    wrong = f"{(int(code.value) + 1) % 10**8:08d}"
    forged = RotatingCode(code.name, code.seconds, wrong).text
    assert told(amara.service.scan(forged)) == (REFUSED, "forged", False)


@pytest.mark.parametrize("form", list(CodeForm))
def test_a_card_of_any_design_is_live(club: Service, form: CodeForm) -> None:
    design = Design(title={"en": "Card"}, description={"en": "Card"}, code=form)
    new_design(club, design, form.value)
    amara = member(club)
    club.member(club.plan("Gold"), customer_id=amara.customer)
    code = amara.live(card_of(amara))["codes"][0]["text"]
    assert told(club.scan(code)) == ("active", None, True)


def key_of(service: Service, card: str) -> bytes | None:
    """What is stored of a card's key, sealed."""
    with service.database.readers.begin() as session:
        (row,) = [
            each
            for each in session.query(CardWallet).where(
                CardWallet.organization_id == service.tenant.id
            )
            if str(each.card_id) == card
        ]
        return row.rotating_key


def test_a_card_without_a_key_is_given_one_once(club: Service) -> None:
    amara = member(club)
    club.member(club.plan("Gold"), customer_id=amara.customer)
    card = card_of(amara)
    assert fault(amara.call("POST", "/live", json={"card_id": card})) == (
        409,
        "card_without_design",
    )
    new_design(club)
    assert [each["live"] for each in amara.get("/cards")["items"]] == [True]
    answers = at_once(*[lambda: amara.call("POST", "/live", json={"card_id": card})] * 3)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["codes"][0]["text"] for answer in answers}) == 1
    key = key_of(club, card)
    assert key is not None
    assert told(club.scan(amara.live(card)["codes"][0]["text"])) == ("active", None, True)
    assert key_of(club, card) == key
    with arranging(club.database) as session:
        session.query(CardWallet).where(CardWallet.organization_id == club.tenant.id).update(
            {CardWallet.rotating_key: None}
        )
    club.clock.advance(minutes=1)
    assert told(club.scan(amara.live(card)["codes"][0]["text"])) == ("active", None, True)
    assert key_of(club, card) not in {None, key}


def test_only_a_good_card_of_ones_own_is_live(amara: Member) -> None:
    service, card = amara.service, card_of(amara)
    ben = member(service, "ben@example.com", given_name="Ben")
    assert fault(ben.call("POST", "/live", json={"card_id": card})) == (404, "card_not_found")
    stranger = service.fresh()
    new_design(stranger)
    theirs = stranger.card(stranger.customer())["card"]["id"]
    for unknown in (theirs, str(uuid4())):
        assert amara.live(unknown, status=404)["code"] == "card_not_found"
    assert fault(amara.call("POST", "/live", json={"card_id": card}, slug="nobody")) == (
        401,
        "login_needed",
    )
    old = imported_card(service, amara.customer, "4006381333931")
    assert amara.live(old, status=409)["code"] == "card_made_elsewhere"
    code = amara.live(card)["codes"][0]["text"]
    service.post(f"/v1/cards/{card}/revoke", status=200)
    assert amara.live(card, status=409)["code"] == "card_revoked"
    assert told(service.scan(code)) == ("card_revoked", None, True)
    confirmed = {"confirm": "C-000001", "end_memberships": True}
    service.post(f"/v1/customers/{amara.customer}/erase", confirmed, status=200)
    assert amara.live(card, status=401)["code"] == "login_needed"


def test_the_desk_sees_how_a_banned_member_stands(amara: Member) -> None:
    service, card = amara.service, card_of(amara)
    service.patch(f"/v1/customers/{amara.customer}", state="banned")
    code = amara.again().live(card)["codes"][0]["text"]
    assert told(service.scan(code)) == ("blocked", None, True)


def test_a_wrong_wish_is_refused(amara: Member) -> None:
    bodies: tuple[Any, ...] = (None, {}, [], "x", {"card_id": "x"}, {"card_id": "9" * 5000})
    for wrong in bodies:
        answer = amara.call("POST", "/live", json=wrong)
        assert fault(answer) == (422, "invalid_request"), wrong


INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(now=INSTANTS, minutes=st.integers(5, 120), key=st.binary(min_size=20, max_size=20))
def test_codes_cover_the_time_ahead_and_verify_in_theirs(
    now: datetime, minutes: int, key: bytes
) -> None:
    secret = RotatingSecret(new_card_alias(), key)
    codes = codes_ahead(secret, now, minutes)
    assert codes[0].since <= now < codes[1].since
    end = codes[-1].since + timedelta(seconds=PERIOD_SECONDS)
    asked = now + timedelta(minutes=minutes)
    assert codes[-1].since <= asked < end
    steps: list[int] = []
    for each in (*codes[:3], codes[-1]):
        parsed = parse(each.text)
        assert isinstance(parsed, RotatingCode)
        assert parsed.name == secret.alias
        steps.append(verify_rotating(parsed, key, each.since, steps[-1] if steps else None))
    assert steps == sorted(set(steps))


def test_noon_is_the_beginning_of_a_period() -> None:
    codes = codes_ahead(RotatingSecret(new_card_alias(), bytes(20)), NOON, 5)
    assert codes[0].since == NOON
    assert len(codes) == 11
