"""The client of Google Wallet against one that checks tokens and content, and fails on demand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from membership.wallet.google.api import GoogleApi
from membership.wallet.google.errors import (
    GoogleConflict,
    GoogleError,
    GoogleMissing,
    GoogleRefusesAccount,
    GoogleRefusesContent,
    GoogleUnavailable,
)
from membership.wallet.google.identity import GoogleIdentity
from membership.wallet.issuers.google import GoogleAccount
from passes.google.face import loyalty_class, loyalty_object
from passes.google.loyalty import LoyaltyClass
from passes.words import FaceStatus
from tests.fakes.google_wallet import ISSUER, Fault, GoogleWallet, google_wallet, told
from tests.passes.google.faces import ISSUE, design, face

CLASS = loyalty_class(design(), "Club", ISSUE)
CARD = loyalty_object(face(design()), ISSUE)


def _because(reason: str) -> dict[str, Any]:
    """The body of an error of the newer form, with its reason."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}
    return {"error": {"code": 403, "message": "No.", "details": [info]}}


@pytest.fixture
def wallet() -> Iterator[GoogleWallet]:
    with google_wallet() as running:
        yield running


@pytest.fixture
def api(wallet: GoogleWallet) -> Iterator[GoogleApi]:
    with client(wallet) as speaking:
        yield speaking


def client(wallet: GoogleWallet, read_seconds: float = 20, /, **account: Any) -> GoogleApi:
    """A client that waits for longer than a machine under load takes, unless told otherwise."""
    identity = GoogleIdentity(GoogleAccount(ISSUER, {**wallet.account, **account}))
    return GoogleApi(identity, wallet.url, connect_seconds=20, read_seconds=read_seconds)


def test_a_class_and_an_object_are_added_and_changed(wallet: GoogleWallet, api: GoogleApi) -> None:
    api.insert(CLASS)
    api.insert(CARD)
    assert wallet.things[CARD.id] == CARD.as_json() == api.get(type(CARD), CARD.id)
    expired = loyalty_object(face(design(), status=FaceStatus.EXPIRED, valid_until=None), ISSUE)
    api.patch(expired)
    assert wallet.things[CARD.id] == expired.as_json()
    assert "end" not in wallet.things[CARD.id]["validTimeInterval"]
    assert len(wallet.tokens) == 1


def test_adding_what_is_there_changes_it_and_changing_what_is_not_adds_it(
    wallet: GoogleWallet, api: GoogleApi
) -> None:
    for known in (True, False, True, False):
        api.put(CLASS, known=known)
    methods = [method for method, _, _ in wallet.calls()]
    assert methods == ["PATCH", "POST", "POST", "PATCH", "PATCH", "POST", "PATCH"]
    assert list(wallet.things) == [CLASS.id]


def test_an_object_without_its_class_is_missing(wallet: GoogleWallet, api: GoogleApi) -> None:
    with pytest.raises(GoogleMissing):
        api.put(CARD, known=False)
    with pytest.raises(GoogleMissing):
        api.get(LoyaltyClass, CLASS.id)
    assert wallet.things == {}


def test_what_is_there_is_not_added_again(api: GoogleApi) -> None:
    api.insert(CLASS)
    with pytest.raises(GoogleConflict):
        api.insert(CLASS)


def test_a_token_that_is_not_taken_any_more_is_renewed(
    wallet: GoogleWallet, api: GoogleApi
) -> None:
    api.insert(CLASS)
    wallet.tokens.clear()
    api.patch(CLASS)
    assert [method for method, _, _ in wallet.calls()] == ["POST", "PATCH", "PATCH"]


@pytest.mark.parametrize(
    ("fault", "error", "retry_after"),
    [
        (Fault(429, headers={"Retry-After": "17"}), GoogleUnavailable, 17),
        (Fault(503, headers={
            "Retry-After": "Wed, 10 Mar 2100 11:00:30 GMT", "Date": "Wed, 10 Mar 2100 11:00:00 GMT"
        }), GoogleUnavailable, 30),
        (Fault(503, headers={"Retry-After": "Wed, 10 Mar 2100 11:00:30 GMT"}),
         GoogleUnavailable, None),
        (Fault(500, "<html>"), GoogleUnavailable, None),
        (Fault(500, headers={"Retry-After": "soon"}), GoogleUnavailable, None),
        (Fault(408), GoogleUnavailable, None),
        (Fault(302, headers={"Location": "http://127.0.0.1:9/"}), GoogleUnavailable, None),
        (Fault(200, "<html>Welcome to our WLAN</html>"), GoogleUnavailable, None),
        (Fault(200, {"id": "another"}), GoogleUnavailable, None),
        (Fault(200, "x" * (1 << 20 | 1)), GoogleUnavailable, None),
        (Fault(None), GoogleUnavailable, None),
        (Fault(403), GoogleRefusesAccount, None),
        (Fault(403, _because("SERVICE_DISABLED")), GoogleRefusesAccount, None),
        (Fault(403, {"error": {"errors": [{"reason": "accessNotConfigured"}]}}),
         GoogleRefusesAccount, None),
        (Fault(403, {"error": {"errors": "rateLimitExceeded"}}), GoogleRefusesAccount, None),
        (Fault(403, {"error": {"errors": [{"reason": "rateLimitExceeded"}]}},
               {"Retry-After": "9"}), GoogleUnavailable, 9),
        (Fault(403, {"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}),
         GoogleUnavailable, None),
        (Fault(403, {"error": {"errors": [{"reason": "quotaExceeded"}]}}),
         GoogleUnavailable, None),
        (Fault(403, {"error": {"errors": [{"reason": "dailyLimitExceeded"}]}}),
         GoogleUnavailable, None),
        (Fault(403, _because("RATE_LIMIT_EXCEEDED")), GoogleUnavailable, None),
        (Fault(403, {"error": {"code": 403, "status": "RESOURCE_EXHAUSTED"}}),
         GoogleUnavailable, None),
        (Fault(400), GoogleRefusesContent, None),
    ],
)  # fmt: skip
def test_each_failure_is_the_error_that_it_is(
    wallet: GoogleWallet,
    api: GoogleApi,
    fault: Fault,
    error: type[GoogleError],
    retry_after: float | None,
) -> None:
    wallet.fail(fault)
    with pytest.raises(error) as raised:
        api.insert(CLASS)
    assert getattr(raised.value, "retry_after", None) == retry_after
    assert wallet.things == {}


def test_an_account_that_is_not_let_in_is_told_plainly(wallet: GoogleWallet) -> None:
    with client(wallet) as api:
        wallet.fail(Fault(403, told(403, "Caller is missing 'cards@club' on 'issuer'.")))
        with pytest.raises(GoogleRefusesAccount, match=r"\(403\): Caller is missing … on …"):
            api.insert(CLASS)
    for change, sentence in (
        ({"client_email": "other@club.example"}, r"no token \(invalid_grant\)"),
        ({"private_key": "no key"}, "cannot be read"),
    ):
        with client(wallet, **change) as api, pytest.raises(GoogleRefusesAccount, match=sentence):
            api.insert(CLASS)


def test_a_token_server_that_is_none_is_no_fault_of_the_account(wallet: GoogleWallet) -> None:
    wallet.fail(Fault(200, "<html>Welcome</html>", at="/token"))
    with client(wallet) as api, pytest.raises(GoogleUnavailable, match="not answer in JSON"):
        api.insert(CLASS)
    away = client(wallet, token_uri="http://127.0.0.1:9/token")
    with away as api, pytest.raises(GoogleUnavailable, match="cannot be reached"):
        api.insert(CLASS)


def test_an_answer_that_comes_too_late_is_not_waited_for(wallet: GoogleWallet) -> None:
    wallet.fail(Fault(200, seconds=1.9))
    with (
        client(wallet, 1.5) as api,
        pytest.raises(GoogleUnavailable, match="in time"),
    ):
        api.insert(CLASS)


def test_nobody_at_the_other_end(wallet: GoogleWallet) -> None:
    identity = GoogleIdentity(GoogleAccount(ISSUER, wallet.account))
    away = GoogleApi(identity, "http://127.0.0.1:9", connect_seconds=1)
    with away as api, pytest.raises(GoogleUnavailable, match="cannot be reached"):
        api.insert(CLASS)


def test_a_refused_field_is_named_and_nothing_of_the_card_is_told(
    wallet: GoogleWallet, api: GoogleApi
) -> None:
    key = "3132333435363738393031323334353637383930"
    wallet.fail(
        Fault(400, told(400, f'Invalid "Amara Okafor" {key}', "object.textModulesData[2].id"))
    )
    with pytest.raises(GoogleRefusesContent) as raised:
        api.insert(CLASS)
    assert raised.value.path == "object.textModulesData[2].id"
    assert str(raised.value) == "object.textModulesData[2].id: refused by Google (400): Invalid … …"


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"error": "x"}', '{"error": {"code": 400}}',
     '{"error": {"message": "x", "details": [{"fieldViolations": 7}]}}'],
)  # fmt: skip
def test_errors_of_any_form_are_errors(wallet: GoogleWallet, api: GoogleApi, body: str) -> None:
    wallet.fail(Fault(400, body))
    with pytest.raises(GoogleRefusesContent, match="does not say why"):
        api.insert(CLASS)


def test_another_issuers_class_is_a_matter_of_the_account(api: GoogleApi) -> None:
    foreign = replace(ISSUE, issuer_id="1", design_id=UUID(int=1))
    with pytest.raises(GoogleRefusesAccount):
        api.insert(loyalty_class(design(), "Club", foreign))


def test_the_fake_refuses_what_the_discovery_document_does_not_know(
    wallet: GoogleWallet, api: GoogleApi
) -> None:
    status, answer = wallet._stored("POST", "loyaltyClass", "", CLASS.as_json() | {"colour": 1})
    assert status == 400
    assert answer["error"]["details"][0]["fieldViolations"][0]["field"] == "colour"
