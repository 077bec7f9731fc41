"""The words of a status are in the design's own languages, or the design's own words."""

import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from babel import Locale

from passes.apple.development import development_identity
from passes.apple.pkpass import AppleIssue, build_pkpass
from passes.apple.signing import AppleSigner
from passes.card import CardFace
from passes.design import Design
from passes.google.face import loyalty_object
from passes.google.issue import GoogleIssue
from passes.limits import check_design
from passes.status_words import words_by_language
from passes.words import STATUS_WORDS, FaceStatus
from tests.passes.cards import design, face

LANGUAGES = sorted(STATUS_WORDS[FaceStatus.ACTIVE])
ISSUE = AppleIssue(
    pass_type_id="pass.example.club",
    team_id="A1B2C3D4E5",
    web_service_url="https://cards.example/apple",
    auth_token="at-least-16-characters",
    organization_name="Club",
)


def shown(card: CardFace, key: str, language: str) -> str:
    """Return the value of a field in a language."""
    (found,) = (each for each in card.fields if each.key == key)
    return found.shown(language)


def status(language: str, word: FaceStatus, **parts: Any) -> str:
    """Return the words of a status on a card of one language."""
    return shown(face(design(languages=(language,), **parts), status=word), "status", language)


def test_every_language_has_words_for_every_status() -> None:
    for language in LANGUAGES:
        Locale.parse(language, sep="-")
        for name in (*FaceStatus, "no_end"):
            word = words_by_language(name)[language]
            assert word == word.strip() != ""
            assert language == "en" or word != words_by_language(name)["en"]
        assert len({words_by_language(name)[language] for name in FaceStatus}) == len(FaceStatus)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_of_one_language_shows_no_english(language: str) -> None:
    card = face(design(languages=(language,)), status=FaceStatus.EXPIRED, last_day=None)
    assert shown(card, "status", language) == STATUS_WORDS[FaceStatus.EXPIRED][language]
    assert shown(card, "until", language) == words_by_language("no_end")[language]


@pytest.mark.parametrize(
    ("language", "word"),
    [("de-AT", "Aktiv"), ("pt-BR", "Ativo"), ("zh-Hant-TW", "有效"), ("no", "Aktiv"),
     ("cy", "Active")],
    ids=["country", "own country", "script", "another tag", "unknown"],
)  # fmt: skip
def test_the_nearest_language_is_taken(language: str, word: str) -> None:
    assert status(language, FaceStatus.ACTIVE) == word
    assert status("zh-Hant-TW", FaceStatus.EXPIRED) == "已過期"
    assert {status(each, FaceStatus.EXPIRED) for each in ("zh-TW", "zh-HK", "zh-MO")} == {"已過期"}


@pytest.mark.parametrize(
    ("words", "language", "word"),
    [
        ({"de": "Willkommen"}, "de", "Willkommen"),
        ({"de": "Willkommen"}, "de-CH", "Willkommen"),
        ({"de": "Willkommen"}, "fr", "Actif"),
        ({"cy": "Croeso"}, "cy", "Croeso"),
        ({"eu": "Ongi etorri"}, "cy", "Ongi etorri"),
    ],
    ids=["own", "own of the base", "another one", "unknown here", "nothing nearer"],
)
def test_a_design_has_words_of_its_own(words: dict[str, str], language: str, word: str) -> None:
    own = {FaceStatus.ACTIVE: words}
    assert status(language, FaceStatus.ACTIVE, status_words=own) == word
    usual = status(language, FaceStatus.EXPIRED)
    assert status(language, FaceStatus.EXPIRED, status_words=own) == usual


def test_both_wallets_and_every_language_show_them() -> None:
    own = {"active": {"en": "Welcome", "ar": "مرحبا"}, "expired": {"en": "Over", "ar": "انتهى"}}
    drawn = design(status_words=own, no_end={"en": "For life", "ar": "مدى الحياة"})
    card = face(drawn, last_day=None)
    signer = AppleSigner(development_identity(ISSUE.pass_type_id, ISSUE.team_id), _now)
    with zipfile.ZipFile(BytesIO(build_pkpass(card, {}, ISSUE, signer))) as archive:
        content = json.loads(archive.read("pass.json"))
        strings = archive.read("ar.lproj/pass.strings").decode("utf-8")
    assert content["storeCard"]["headerFields"][0]["value"] == "Welcome"
    assert all(word in strings for word in ("مرحبا", "انتهى", "مدى الحياة"))
    google = GoogleIssue(
        issuer_id="3388000000012345678", design_id=card.facts.card_id, logo_url="https://x.example"
    )
    told = loyalty_object(card, google).model_dump_json()
    assert "Welcome" in told
    assert "مرحبا" in told


def test_what_is_not_known_in_a_language_is_hinted_at() -> None:
    (hint,) = check_design(design(languages=("en", "cy", "de-AT")))
    assert (hint.path, "cy" in hint.message) == ("status_words.active.cy", True)
    all_words = {each: {"cy": "Gair"} for each in FaceStatus}
    for language in ("cy", "cy-GB"):
        assert check_design(design(languages=("en", language), status_words=all_words)) == ()
    assert check_design(design(languages=("cy",), fields=())) == ()


def test_cards_of_before_keep_their_digest() -> None:
    """Else every phone would be sent a card that looks the same."""
    of_before = {
        date: face(design(languages=("en", "de"), title={"en": "Member card"}), **date_parts)
        for date, date_parts in (("end", {}), ("no end", {"last_day": None}))
    }
    assert of_before["end"].digest() == (
        "fa7c183a2e74540702063fa9cf520bf5408fc97a08b2b96377d062df8a90d789"
    )
    assert of_before["no end"].digest() == (
        "539e751b4e2c447107ad0f4de34fe11e4fc33b2dc0e5f163ecae03046a51c284"
    )
    own = design(languages=("en", "de"), title={"en": "Member card"}, no_end={"en": "For life"})
    assert face(own).digest() != of_before["end"].digest()


@pytest.mark.parametrize("languages", [("en",), ("de",), ("de", "en")], ids=["en", "de", "both"])
def test_cards_without_an_end_have_the_words_of_before(languages: tuple[str, ...]) -> None:
    (until,) = (
        each for each in face(design(languages=languages), last_day=None).fields
        if each.key == "until"
    )  # fmt: skip
    assert json.dumps(until.value) == '{"en": "Without end", "de": "Ohne Ende"}'


def test_stored_designs_of_before_are_read() -> None:
    stored = design().model_dump(mode="json", exclude={"status_words", "no_end"})
    assert Design.stored(stored) == design()


def _now() -> datetime:
    return datetime(2026, 5, 1, tzinfo=UTC)
