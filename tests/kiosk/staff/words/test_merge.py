"""What is said of two people who become one, and when their subscriptions are asked about."""

from datetime import date
from typing import Any

import pytest

from api_client.messages.scan import CustomerView
from kiosk.staff.words.merge import (
    Person,
    dropped_values,
    merge_words,
    must_choose,
    subscription_line,
)
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA
from tests.kiosk.staff.messages import profile
from tests.kiosk.staff.people_messages import AMINA, banned, person, subscription

EN, DE = Texts("en"), Texts("de")
ONE, OTHER = subscription(1), subscription(2)
OVER = subscription(3, charges_again=False)

CHOICES: dict[str, tuple[Person, Person, bool]] = {
    "nobody pays": (person(), person(AMINA), False),
    "one pays": (person(AMARA, ONE), person(AMINA), False),
    "the other pays": (person(), person(AMINA, ONE), False),
    "both pay": (person(AMARA, ONE), person(AMINA, OTHER), True),
    "one of both ends": (person(AMARA, ONE), person(AMINA, OVER), False),
    "who pays becomes blocked": (person(AMARA, ONE), person(banned(AMINA)), True),
    "the duplicate pays, and who stays is blocked": (
        person(banned(AMARA)),
        person(AMINA, ONE),
        True,
    ),
    "who is blocked pays": (person(banned(AMARA), ONE), person(AMINA), False),
    "both are blocked": (person(banned(AMARA), ONE), person(banned(AMINA)), False),
    "not known": (Person(profile()), person(AMINA, ONE), False),
}


@pytest.mark.parametrize("name", CHOICES)
def test_subscriptions_are_asked_about_where_the_service_asks(name: str) -> None:
    stays, goes, asked = CHOICES[name]
    assert must_choose(stays, goes) is asked
    said = "\n".join(merge_words(stays, goes, EN, "Europe/Berlin").outcome)
    assert ("What becomes of the subscriptions is asked next." in said) is asked
    goes_on = not asked and bool(stays.charging or goes.charging)
    assert ("The subscription goes on, and charges who stays." in said) is goes_on


def test_both_are_shown_with_what_tells_them_apart() -> None:
    stays = person(AMARA, ONE, birth_date=date(1990, 5, 17))
    words = merge_words(stays, person(AMINA, phone="+4930", open_pages=1), DE, "Europe/Berlin")
    assert (words.stays.title, words.stays.number) == (AMARA.name, AMARA.number)
    assert ("Geboren", "17.05.1990") in words.stays.facts
    assert ("Telefon", "+4930") in words.goes.facts
    assert words.stays.subscriptions == (
        "Plan 1, 49,00\xa0€ · bezahlt bis 24.12.2026 · bucht weiter ab",
    )
    assert len(words.goes.memberships) == 2
    said = "\n".join(words.outcome)
    assert said.startswith("C-000123 bleibt. Nummer, Karten und Adressen von C-000124")
    assert "Offene Zahlungsseiten von Amina Okafor · C-000124 werden geschlossen." in said


def test_the_stronger_state_is_said() -> None:
    for stays, goes in ((person(), person(banned(AMINA))), (person(banned(AMARA)), person(AMINA))):
        assert "State afterwards: blocked." in merge_words(stays, goes, EN, "UTC").outcome
    for both in ((person(), person(AMINA)), (person(banned(AMARA)), person(banned(AMINA)))):
        said = merge_words(*both, EN, "UTC").outcome
        assert not [each for each in said if each.startswith("State afterwards")]


def test_what_ends_is_not_said_to_charge() -> None:
    assert subscription_line(OVER, EN, "Europe/Berlin").endswith("ends, not charged again")
    assert "paid until" not in subscription_line(subscription(1, paid_until=None), EN, "UTC")


def _photo(customer: CustomerView) -> CustomerView:
    return customer.model_copy(update={"photo_path": "/photo"})


DROPPED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "the same": ({}, {}, {}),
    "empty here": ({"phone": None}, {"phone": "+49"}, {}),
    "empty there": ({"phone": "+49"}, {"phone": None}, {}),
    "phone": ({"phone": "+49"}, {"phone": "+43"}, {"Phone": "+43"}),
    "names": (
        {"given_name": "Amara"},
        {"given_name": "Amina", "family_name": "Oka"},
        {"Given name": "Amina", "Family name": "Oka"},
    ),
    "email": ({}, {"email": "other@example.com"}, {"Email": "other@example.com"}),
    "born": (
        {"birth_date": date(1990, 5, 17)},
        {"birth_date": date(1990, 5, 18)},
        {"Born": "May 18, 1990"},
    ),
    "born only there": ({}, {"birth_date": date(1990, 5, 18)}, {}),
    "photos": (
        {"customer": _photo(AMARA)},
        {"customer": _photo(AMINA)},
        {"Photo": "that of C-000124"},
    ),
    "photo only there": ({}, {"customer": _photo(AMINA)}, {}),
}


@pytest.mark.parametrize("name", DROPPED)
def test_what_is_not_kept_is_said(name: str) -> None:
    own, theirs, lost = DROPPED[name]
    assert dict(dropped_values(profile(**own), profile(**theirs), EN)) == lost
