"""What a desk says by its list: one row for each kind of code, age, and time."""

import base64
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api_client.messages.roster import RosterCode, RosterRow
from api_client.messages.scan import AttentionKind, NamedBy, Outcome, ScanMethod, ScanRequest
from kiosk.offline.answer import Desk, answer_of, found_in, readings_of
from kiosk.offline.store import RosterState
from kiosk.roster_answer import Doubt, RosterAnswer
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.verdict import verdict_of
from passes.codes.card_codes import SignedCardCode
from passes.codes.rotating import rotating_code
from passes.codes.signed import sign_code
from tests.kiosk.answers import NOON, membership
from tests.kiosk.offline.rosters import ALIAS, CARD, EPOCH, FOB, OLD_CARD, row, segment

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
SIGNED = sign_code(CARD, KEY).text
FORGED = SignedCardCode(CARD, bytes(64)).text
ROTATING = rotating_code(ALIAS, b"k" * 20, NOON).text
TWELVE = Texts("en").clock(NOON, "Europe/Berlin")
AMARA = row()
PERSON = str(AMARA.id)
LINK = f"https://cards.example/club/gold/{PERSON}"


def state(as_of: datetime = NOON, key: str | None = PUBLIC) -> RosterState:
    return RosterState(
        epoch=EPOCH,
        cursor="c",
        as_of=as_of,
        horizon=NOON + timedelta(hours=72),
        time_zone="Europe/Berlin",
        total=1,
        code_key=key,
    )


def said(
    text: str,
    *rows: RosterRow,
    now: datetime = NOON,
    as_of: datetime = NOON,
    key: str | None = PUBLIC,
    method: ScanMethod = ScanMethod.CAMERA,
    alternatives: tuple[str, ...] = (),
) -> RosterAnswer:
    """The answer to a scan, by a list of ``rows``."""
    scan = ScanRequest(visit_id=uuid4(), text=text, method=method, alternatives=alternatives)
    desk = Desk(state(as_of, key), now, timedelta(hours=24))
    for reading in readings_of(scan):
        for each in reading.texts:
            having = tuple(one for one in rows if any(code.text == each for code in one.codes))
            found = found_in(having, each, reading.code)
            if found:
                return answer_of(scan, found, desk)
    return answer_of(scan, (), desk)


@pytest.mark.parametrize(
    ("text", "named_by", "outcome", "tone", "headline"),
    [
        (CARD.text, NamedBy.CARD, Outcome.ACTIVE, Tone.ACTIVE, "ACTIVE"),
        (CARD.text.lower(), NamedBy.CARD, Outcome.ACTIVE, Tone.ACTIVE, "ACTIVE"),
        (SIGNED, NamedBy.SIGNED_CARD, Outcome.ACTIVE, Tone.ACTIVE, "ACTIVE"),
        (FOB, NamedBy.FOREIGN_CARD, Outcome.ACTIVE, Tone.ACTIVE, "ACTIVE"),
        (ROTATING, NamedBy.ROTATING_CARD, Outcome.ACTIVE, Tone.ATTENTION, "CODE NOT PROVED"),
        ("c-123", NamedBy.NUMBER, Outcome.ACTIVE, Tone.ATTENTION, "ASK FOR THE NAME"),
        (PERSON, NamedBy.CUSTOMER_ID, Outcome.ACTIVE, Tone.ATTENTION, "ASK FOR THE NAME"),
        (LINK, NamedBy.INSTALL_LINK, Outcome.ACTIVE, Tone.ATTENTION, "ASK FOR THE NAME"),
        (OLD_CARD.text, NamedBy.CARD, Outcome.CARD_REVOKED, Tone.CARD_REVOKED, "CARD REPLACED"),
    ],
)
def test_each_kind_of_code_names_its_member(
    text: str, named_by: NamedBy, outcome: Outcome, tone: Tone, headline: str
) -> None:
    answer = said(text, AMARA)
    verdict = verdict_of(answer, Texts("en"))
    assert answer.customer == AMARA.customer
    assert (answer.named_by, answer.outcome) == (named_by, outcome)
    assert (verdict.tone, verdict.headline) == (tone, headline)
    assert verdict.notes[0] == f"Offline, as of {TWELVE}"


@pytest.mark.parametrize(
    ("text", "key", "headline", "tone"),
    [
        (FORGED, PUBLIC, "NOT GENUINE", Tone.UNKNOWN_CODE),
        (FORGED, None, "CODE NOT PROVED", Tone.ATTENTION),
        (SIGNED, None, "CODE NOT PROVED", Tone.ATTENTION),
    ],
)
def test_a_signature_counts_as_far_as_its_key_is_known(
    text: str, key: str | None, headline: str, tone: Tone
) -> None:
    verdict = verdict_of(said(text, AMARA, key=key), Texts("en"))
    assert (verdict.headline, verdict.tone) == (headline, tone)


@pytest.mark.parametrize("text", ["MC1" + "1" * 26, "C-000999", "4006381333931", "", "tea"])
def test_who_is_not_in_the_list_is_never_called_unknown(text: str) -> None:
    answer = said(text, AMARA)
    verdict = verdict_of(answer, Texts("en"))
    assert answer.doubt is Doubt.NOT_LISTED
    assert verdict.tone is Tone.COULD_NOT_CHECK
    assert verdict.headline == "NOT IN THE LIST"
    assert verdict.detail == f"Not in this desk's list of {TWELVE}. Ask again when online."


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("text", [CARD.text, SIGNED, ROTATING, "C-000123", FORGED])
@pytest.mark.parametrize("age", [timedelta(hours=24, seconds=1), timedelta(days=400)])
def test_a_list_that_is_too_old_names_and_never_decides(
    text: str, outcome: Outcome, age: timedelta
) -> None:
    answer = said(text, row(segments=(segment(outcome=outcome),)), now=NOON + age)
    verdict = verdict_of(answer, Texts("en"))
    assert answer.doubt is Doubt.TOO_OLD
    assert verdict.person is not None
    assert (verdict.tone, verdict.headline) == (Tone.ATTENTION, "PLEASE DECIDE")
    assert "Nov 24" in verdict.detail
    assert TWELVE in verdict.detail


def test_a_list_of_exactly_the_set_age_still_decides() -> None:
    answer = said(CARD.text, AMARA, now=NOON + timedelta(hours=24))
    assert answer.doubt is None


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [
        (-1, Outcome.NOT_YET_STARTED),
        (0, Outcome.ACTIVE),
        (59, Outcome.ACTIVE),
        (60, Outcome.EXPIRED),
    ],
)
def test_the_segment_of_now_decides(minutes: int, outcome: Outcome) -> None:
    hour = NOON + timedelta(hours=1)
    segments = (
        segment(NOON - timedelta(hours=1), NOON, Outcome.NOT_YET_STARTED),
        segment(NOON, hour, Outcome.ACTIVE),
        segment(hour, NOON + timedelta(hours=72), Outcome.EXPIRED, membership=membership()),
    )
    answer = said(CARD.text, row(segments=segments), now=NOON + timedelta(minutes=minutes))
    assert answer.outcome is outcome


@pytest.mark.parametrize("segments", [(), (segment(NOON - timedelta(2), NOON - timedelta(1)),)])
def test_a_time_that_no_segment_holds_is_no_verdict(segments: tuple[object, ...]) -> None:
    answer = said(CARD.text, row(segments=segments))
    assert answer.doubt is Doubt.TOO_OLD
    assert answer.customer is not None


def test_whom_staff_chose_in_the_search_is_not_only_named() -> None:
    assert said(PERSON, AMARA, method=ScanMethod.SEARCH).attention == ()
    kinds = [each.kind for each in said(PERSON, AMARA).attention]
    assert kinds == [AttentionKind.BY_NUMBER]


def test_a_former_number_of_two_is_a_choice_and_the_present_holder_comes_first() -> None:
    former = RosterCode(kind=NamedBy.NUMBER, text="C-000777", proves=False)
    first, second = row(1, codes=(former,)), row(2, codes=(former,))
    answer = said("C-000777", first, second)
    assert [hit.customer.id for hit in answer.choices] == [first.id, second.id]
    assert verdict_of(answer, Texts("en")).headline == "WHOSE NUMBER IS THIS?"
    holder = row(777, codes=(former,))
    assert said("C-000777", first, holder).customer == holder.customer


def test_the_other_reading_of_a_hand_scanner_is_tried() -> None:
    assert said("nonsense", AMARA, alternatives=(CARD.text,)).customer == AMARA.customer


def test_a_row_without_a_person_names_nobody() -> None:
    gone = RosterRow(id=UUID(int=1), revision=1, removed=True)
    assert said(CARD.text, gone).doubt is Doubt.NOT_LISTED
