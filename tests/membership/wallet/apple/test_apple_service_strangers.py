"""Phones are not held up by strangers, guesses are; little of what phones log is kept."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import requests
import structlog
from fastapi import FastAPI

from membership.base.settings import ServiceSettings
from membership.store.database import Database
from membership.wallet.apple.web_service.messages import (
    MOST_CHARACTERS,
    MOST_MESSAGES,
    clean_messages,
)
from passes.apple.identity import Identity
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import TIMEOUT, Clock, Service, running_service
from tests.membership.wallet.apple.phones import DEVICE, TOKEN, Phone, new_card, phone_with
from tests.membership.wallet.clubs import set_identity
from tests.membership.wallet.factories import new_design, vault_of, wallet_card
from tests.membership.web.test_errors import assert_problem
from tests.membership.web.test_rate_limit import Seconds

GUESSES, AT_ONCE = 5, 8


@pytest.fixture(scope="module")
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture(scope="module")
def strict_service(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, seconds: Seconds
) -> Iterator[Service]:
    """A service that lets strangers at one address guess a few times."""

    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        return new_app(settings, database, clock, monotonic=seconds)

    limits = {"failures_per_second": 1, "failures_burst": 2, "phone_failures_burst": GUESSES}
    folder = tmp_path_factory.mktemp("data")
    with running_service(databases.new(SQLITE, folder, **limits), build) as service:
        yield service


@pytest.fixture
def strict(strict_service: Service, seconds: Seconds, identity: Identity) -> Service:
    """The same with nothing used up."""
    seconds.now += 1000
    return with_certificate(strict_service.fresh(), identity)


def with_certificate(service: Service, identity: Identity) -> Service:
    """A club with a certificate: to make a development one takes longer than a test."""
    set_identity(service, vault_of(service), identity)
    return service


def test_guesses_are_slowed_down_and_stop_no_phone_that_is_known(
    strict: Service, seconds: Seconds
) -> None:
    phone = phone_with(strict, new_card(strict))
    assert phone.register() == 201
    assert phone.news()[0] == [str(phone.card.card_id)]
    guess = Phone(strict, phone.card, "x" * 32, phone.pass_type)
    assert [guess.fetch().status_code for _ in range(GUESSES + 1)] == [401] * GUESSES + [429]
    refused = guess.fetch()
    assert_problem(refused, 429, "too_many_requests")
    assert refused.headers["Retry-After"] == "1"
    unknown = phone_with(strict, new_card(strict), "another")
    assert unknown.fetch().status_code == 429
    no_token = {"Authorization": None}
    answer = unknown.ask("GET", "devices/another/registrations/x", headers=no_token)
    assert answer.status_code == 429
    # Known by its token, and by its device's id where it shows no token.
    assert phone.fetch().status_code == 200
    assert phone.news()[0] == [str(phone.card.card_id)]
    # Desks at the same address have nothing to do with it.
    assert strict.call("GET", "/v1/desk").status_code == 200
    seconds.now += 1
    assert unknown.fetch().status_code == 200, "shows a good token"
    assert phone_with(strict, new_card(strict)).fetch().status_code == 200, "was given back"


def test_other_strangers_stop_no_phone(strict: Service) -> None:
    phone = phone_with(strict, new_card(strict))
    statuses = [strict.call("GET", "/v1/desk", key="mk_live_no").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert phone.fetch().status_code == 200


def test_all_phones_of_a_club_may_have_one_address(
    databases: Databases, tmp_path: Path, seconds: Seconds, identity: Identity
) -> None:
    def build(settings: ServiceSettings, database: Database, clock: Clock) -> FastAPI:
        return new_app(settings, database, clock, monotonic=seconds)

    limits = {"failures_per_second": 1, "failures_burst": 2, "phone_failures_burst": AT_ONCE}
    with running_service(databases.new(SQLITE, tmp_path, **limits), build) as service:
        with_certificate(service, identity)
        customer, design = service.customer("Amara"), new_design(service)
        cards = [wallet_card(service, customer, design) for _ in range(3 * AT_ONCE)]
        phones = [phone_with(service, card, f"of-{card.card_id}") for card in cards]

        def visit(phone: Phone) -> list[int]:
            with requests.Session() as http:
                phone.service = replace(service, http=http)
                return [phone.register(), len(phone.news()[0]), phone.fetch().status_code]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(visit, phones))
    assert answers == [[201, 1, 200]] * len(phones)


def test_what_phones_log_is_answered(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    assert phone.ask("POST", "log", json={"logs": ["a", "b"]}).status_code == 200
    no_token = {"Authorization": None}
    answer = phone.ask("POST", "log", json={"logs": []}, headers=no_token)
    assert (answer.status_code, answer.content) == (200, b"")
    for body in (b"", b"{}", b"[]", b'{"logs": "a"}', b'{"logs": [1]}', b"{", b"\xff"):
        assert_problem(phone.ask("POST", "log", data=body), 422, "invalid_request")
    large = json.dumps({"logs": ["x" * 64 * 1024]}).encode()
    assert_problem(phone.ask("POST", "log", data=large), 413, "body_too_large")
    many = json.dumps({"logs": ["x"] * 10_000}).encode()
    assert phone.ask("POST", "log", data=many).status_code == 200
    url = f"{service.url}/apple/nobody/v1/log"
    answer = requests.post(url, json={"logs": ["a"]}, timeout=TIMEOUT)
    assert_problem(answer, 404, "organization_not_found")


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        (
            "Unregister task (for device 0123456789abcdef0123456789abcdef, pass type pass.club): "
            "unexpected response code 500",
            "Unregister task (for device <secret>, pass type pass.club): "
            "unexpected response code 500",
        ),
        ("Pass ada.lovelace@example.com is bad", "Pass <address> is bad"),
        ("call +49 30 1234567 now", "call <number> now"),
        ("Authorization: ApplePass q7-pGZ_3kXw9TjQvB2mN8sLd", "Authorization: ApplePass <secret>"),
        ("line\r\nbreak\x00\x1b[31m\u2028\ud800", "line break [31m "),
        ("Internationalizations-are-fine", "Internationalizations-are-fine"),
        (
            "serial 6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10 failed",
            "serial 6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10 failed",
        ),
        ("", ""),
    ],
)
def test_what_is_kept_of_a_message(message: str, kept: str) -> None:
    assert clean_messages([message]) == [kept]


def test_little_is_kept_of_much() -> None:
    kept = clean_messages(["a b " * 5000] * 500)
    assert [len(each) for each in kept] == [MOST_CHARACTERS] * MOST_MESSAGES
    assert clean_messages(["@" * 100_000, "1" * 100_000, "(" * 100_000])


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What services in this process log from now on."""
    before, written = structlog.get_config(), StringIO()
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(written),
    )
    yield written
    structlog.configure(**before)


def test_the_log_of_a_phone_is_in_the_log_of_the_service(
    log: StringIO, service: Service, identity: Identity
) -> None:
    with_certificate(service, identity)
    phone = phone_with(service, new_card(service))
    told = [f"device {DEVICE} of ada@example.com failed"] + ["more"] * 14
    assert phone.ask("POST", "log", json={"logs": told}).status_code == 200
    phone.register()
    phone.fetch()
    Phone(service, phone.card, "x" * 32, phone.pass_type).fetch()
    phone.news("tagged")
    (line,) = [json.loads(each) for each in log.getvalue().splitlines() if "phone_log" in each]
    assert line["messages"] == ["device <secret> of <address> failed", *["more"] * 9]
    assert line["left_out"] == 5
    for secret in (DEVICE, TOKEN, phone.token, "tagged", str(phone.card.card_id)):
        assert secret not in log.getvalue()
