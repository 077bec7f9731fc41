"""From outcomes and failures to what the desk is shown."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_client.messages.scan import (
    Attention,
    AttentionKind,
    CustomerHit,
    NamedBy,
    Outcome,
    Reason,
    ScanAnswer,
    ScanRequest,
    Status,
    UnknownCause,
    VisitCount,
)
from kiosk.failures import Cause, Failure
from kiosk.foreign_read import foreign_read
from kiosk.style import Tone
from kiosk.texts import Texts
from kiosk.verdict import verdict_of, verdict_of_failure

from .answers import AMARA, CARD, NOON, answer, membership, unknown

ENGLISH = Texts("en")
EXPIRED = membership(status=Status.EXPIRED)
BY_NUMBER = Attention(kind=AttentionKind.BY_NUMBER)
PICTURED = AMARA.model_copy(update={"photo_path": "/v1/customers/1/photo?v=a"})

CASES: list[tuple[ScanAnswer, Tone, str, str]] = [
    (answer(), Tone.ACTIVE, "ACTIVE", "Valid until Dec 31, 2026"),
    (answer(membership=membership(last_day=None, ends_at=None)), Tone.ACTIVE, "ACTIVE",
     "No end date"),
    (answer(attention=(Attention(kind=AttentionKind.BIRTHDAY),)), Tone.ACTIVE,
     "ACTIVE", "Valid until Dec 31, 2026"),
    (answer(attention=(BY_NUMBER,), named_by=NamedBy.NUMBER, customer=PICTURED), Tone.ATTENTION,
     "COMPARE PHOTO", "Valid until Dec 31, 2026"),
    (answer(attention=(BY_NUMBER,), named_by=NamedBy.NUMBER), Tone.ATTENTION,
     "ASK FOR THE NAME", "Valid until Dec 31, 2026"),
    (answer(Outcome.EXPIRED, membership=EXPIRED), Tone.EXPIRED, "EXPIRED DEC 31",
     "Gold Membership was good until Dec 31, 2026."),
    (answer(Outcome.EXPIRED, membership=membership(last_day=date(2025, 12, 31))), Tone.EXPIRED,
     "EXPIRED DEC 31, 2025", "Gold Membership was good until Dec 31, 2025."),
    (answer(Outcome.EXPIRED, membership=None), Tone.EXPIRED, "EXPIRED",
     "The membership has ended."),
    (answer(Outcome.EXPIRED, membership=membership(last_day=None, ends_at=NOON)), Tone.EXPIRED,
     "EXPIRED NOV 24", "Gold Membership ended on Nov 24, 2026."),
    (answer(Outcome.EXPIRED, membership=membership(
        reason=Reason.ENDED_EARLY, ended_early_at=NOON, ended_early_why="moved away")),
     Tone.EXPIRED, "ENDED NOV 24", "Ended early on Nov 24, 2026: moved away."),
    (answer(Outcome.EXPIRED, membership=membership(
        reason=Reason.ENDED_EARLY, ended_early_at=NOON)),
     Tone.EXPIRED, "ENDED NOV 24", "Ended early on Nov 24, 2026."),
    (answer(Outcome.NO_MEMBERSHIP, membership=None, memberships=()), Tone.NO_MEMBERSHIP,
     "NO MEMBERSHIP", "We know this person, but there is no membership."),
    (answer(Outcome.NO_MEMBERSHIP, membership=None, memberships=(
        membership(reason=Reason.NO_SEAT, company="Acme"),)), Tone.NO_MEMBERSHIP,
     "NO SEAT FREE", "All seats of Acme are taken by earlier members."),
    (answer(Outcome.NOT_YET_STARTED, membership=membership(starts_at=NOON + timedelta(days=7))),
     Tone.NOT_YET_STARTED, "STARTS DEC 1", "Gold Membership starts on Dec 1, 2026."),
    (answer(Outcome.BLOCKED), Tone.BLOCKED, "BLOCKED", "Do not admit. Please ask a manager."),
    (answer(Outcome.CARD_REVOKED, current_card=CARD), Tone.CARD_REVOKED, "CARD REPLACED",
     "Old card. A newer one was issued on Aug 26, 2026."),
    (answer(Outcome.CARD_REVOKED), Tone.CARD_REVOKED, "CARD REVOKED",
     "This card is no longer good, and there is no other one."),
    (unknown(unknown_cause=UnknownCause.NOT_A_CARD), Tone.UNKNOWN_CODE, "UNKNOWN CODE",
     "This is not a member card. Is it a ticket or a product?"),
    (unknown(unknown_cause=UnknownCause.NOT_FOUND), Tone.UNKNOWN_CODE, "UNKNOWN CODE",
     "No card or member of this club has this code."),
    (unknown(unknown_cause=UnknownCause.FORGED), Tone.UNKNOWN_CODE, "NOT GENUINE",
     "This code was altered or made by somebody else. Do not admit."),
    (unknown(unknown_cause=UnknownCause.STALE), Tone.UNKNOWN_CODE, "CODE NOT CURRENT",
     "This is an old code, such as a picture of a card. Open the card on the phone."),
    (unknown(unknown_cause=UnknownCause.REPLAYED), Tone.UNKNOWN_CODE, "CODE ALREADY USED",
     "This code was scanned before. The phone shows a new one within 30 seconds."),
]  # fmt: skip


@pytest.mark.parametrize(("given_answer", "tone", "headline", "detail"), CASES)
def test_each_outcome_has_its_words(
    given_answer: ScanAnswer, tone: Tone, headline: str, detail: str
) -> None:
    verdict = verdict_of(given_answer, ENGLISH)
    assert (verdict.tone, verdict.headline, verdict.detail) == (tone, headline, detail)


@pytest.mark.parametrize(
    ("named_by", "pictured", "note"),
    [
        (NamedBy.NUMBER, True, "By number: compare the photo"),
        (NamedBy.CUSTOMER_ID, True, "By customer ID: compare the photo"),
        (NamedBy.INSTALL_LINK, True, "By the link to a card: compare the photo"),
        (NamedBy.NUMBER, False, "By number, and there is no photo: ask for the name"),
        (None, True, "By number: compare the photo"),
    ],
)
def test_what_only_names_says_what_was_read(
    named_by: NamedBy | None, pictured: bool, note: str
) -> None:
    customer = PICTURED if pictured else AMARA
    shown = answer(attention=(BY_NUMBER,), named_by=named_by, customer=customer)
    assert verdict_of(shown, ENGLISH).notes == (note,)


def test_every_cause_has_words_of_its_own() -> None:
    told = {verdict_of(unknown(unknown_cause=cause), ENGLISH).detail for cause in UnknownCause}
    assert len(told) == len(UnknownCause)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.UNKNOWN_CODE])
def test_whoever_is_known_is_shown_whatever_the_outcome(outcome: Outcome) -> None:
    person = verdict_of(answer(outcome), ENGLISH).person
    assert person is not None
    assert (person.name, person.number, person.initials) == ("Amara Okafor", "C-000123", "AO")


@pytest.mark.parametrize(
    ("attention", "words"),
    [
        (Attention(kind=AttentionKind.EXPIRES_SOON, days=5), "Expires in 5 days"),
        (Attention(kind=AttentionKind.OLD_CODE), "Ask to open the card again"),
        (Attention(kind=AttentionKind.BIRTHDAY), "Birthday today"),
        (Attention(kind=AttentionKind.SEEN_RECENTLY, minutes=0), "Seen a moment ago"),
        (Attention(kind=AttentionKind.SEEN_RECENTLY, minutes=1), "Seen 1 minute ago"),
        (Attention(kind=AttentionKind.SEEN_RECENTLY, minutes=40), "Seen 40 minutes ago"),
    ],
)
def test_each_thing_to_notice_is_said(attention: Attention, words: str) -> None:
    assert verdict_of(answer(attention=(attention,)), ENGLISH).notes == (words,)


@pytest.mark.parametrize("text", ["Key 12", "{braces}", "x" * 500])
def test_the_desk_note_is_shown_whole_and_read_out(text: str) -> None:
    noted = answer(attention=(Attention(kind=AttentionKind.DESK_NOTE, text=text),))
    verdict = verdict_of(noted, ENGLISH)
    assert verdict.desk_note == f"Note: {text}"
    assert verdict.notes == ()
    assert verdict.spoken == (
        f"Amara Okafor: READ THE NOTE. Valid until Dec 31, 2026. Note: {text}."
    )


def test_memberships_that_grant_nothing_are_not_listed_beside() -> None:
    held = membership()
    ended = membership(id=UUID(int=8), plan="Old Plan", status=Status.EXPIRED)
    seatless = membership(id=UUID(int=9), plan="Firm Plan", reason=Reason.NO_SEAT, company="X")
    facts = verdict_of(answer(memberships=(held, ended, seatless)), ENGLISH).facts
    assert "Also" not in {fact.label for fact in facts}


def test_facts_name_plan_card_and_visits() -> None:
    facts = {f.label: f.value for f in verdict_of(answer(), ENGLISH).facts}
    assert facts == {
        "Plan": "Gold Membership",
        "Card": "Member card",
        "Visits": "3, last on Nov 22",
    }


def test_an_inherited_membership_names_its_company_and_others_are_listed() -> None:
    inherited = membership(company="Northwind")
    other = membership(id="00000000-0000-0000-0000-000000000009", plan="Day Pass")
    given_answer = answer(membership=inherited, memberships=(inherited, other))
    facts = {f.label: f.value for f in verdict_of(given_answer, ENGLISH).facts}
    assert facts["Company"] == "Northwind"
    assert facts["Also"] == "Day Pass"


def test_a_first_visit_is_called_so() -> None:
    first = answer(visits=VisitCount(today=1, total=1))
    assert verdict_of(first, ENGLISH).facts[-1].value == "first visit"


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Amara Okafor", "AO"), ("Sven", "S"), ("María José de la Cruz", "MC"), ("李 伟", "李伟"),
     ("", "?"), ("  ", "?"), ("42 Ltd", "L"), ("ßandra ßmith", "SSSS")],
)  # fmt: skip
def test_initials_of_any_name(name: str, initials: str) -> None:
    customer = AMARA.model_copy(update={"name": name})
    person = verdict_of(answer(customer=customer), ENGLISH).person
    assert person is not None
    assert person.initials == initials


def test_times_are_those_of_the_club() -> None:
    assert verdict_of(answer(), Texts("de")).answered == "12:00"


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_failure_is_never_a_verdict_about_a_member(cause: Cause, language: str) -> None:
    texts = Texts(language)
    verdict = verdict_of_failure(Failure(cause, "why"), texts)
    assert verdict.tone is Tone.COULD_NOT_CHECK
    assert verdict.person is None
    assert verdict.detail
    said = f"{verdict.headline} {verdict.detail}".lower()
    for word in ("invalid", "expired", "ungültig", "abgelaufen"):
        assert word not in said
    assert texts.say("This says nothing about the membership.") in verdict.notes


NAMES = st.text(st.sampled_from("aZ ß'é-李אب1.\u0301\u200d\x00{}%\n"), max_size=30)
"""Names of letters that could trip a program; a whole Unicode table takes a second to build."""


@given(
    outcome=st.sampled_from(list(Outcome)),
    parts=st.fixed_dictionaries(
        {},
        optional={
            "membership": st.none(),
            "memberships": st.just(()),
            "visits": st.none(),
            "card": st.none(),
            "customer": st.none() | NAMES.map(lambda t: AMARA.model_copy(update={"name": t})),
            "current_card": st.just(CARD),
            "permissions": st.just(()),
        },
    ),
    language=st.sampled_from(["en", "de"]),
)
def test_any_answer_of_the_service_can_be_shown(
    outcome: Outcome, parts: dict[str, Any], language: str
) -> None:
    verdict = verdict_of(answer(outcome, **parts), Texts(language))
    assert verdict.headline
    assert verdict.detail or parts.get("membership", True) is None
    assert verdict.dwell_s > 0


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_former_number_of_several_asks_whose_it_is(language: str) -> None:
    texts = Texts(language)
    hit = CustomerHit(customer=AMARA, outcome=Outcome.ACTIVE)
    asked = unknown(unknown_cause=UnknownCause.NOT_FOUND, choices=(hit, hit, hit))
    verdict = verdict_of(asked, texts)
    assert (verdict.tone, verdict.person) == (Tone.UNKNOWN_CODE, None)
    assert verdict.headline == texts.say("WHOSE NUMBER IS THIS?")
    assert verdict.detail.startswith("3 ")
    alone = verdict_of(unknown(unknown_cause=UnknownCause.NOT_FOUND), texts)
    assert verdict.dwell_s > alone.dwell_s
    assert alone.headline == texts.say("UNKNOWN CODE")
    # It is not given to one of them as a card.
    request = ScanRequest(visit_id=asked.visit_id, text="M-1234")
    assert foreign_read(request, asked) is None
    assert foreign_read(request, asked.model_copy(update={"choices": ()})) is not None
