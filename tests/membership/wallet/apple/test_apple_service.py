"""What phones ask of their cards: every status of Apple's protocol, two devices, tags, 304."""

import zipfile
from datetime import timedelta
from email.utils import format_datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from passes.apple.identity import Identity
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import NOON, TIMEOUT, Service, arranging, running_service
from tests.membership.wallet.apple.phones import (
    TOKEN,
    Phone,
    new_card,
    phone_with,
    registrations,
    rename,
    renew,
)
from tests.membership.wallet.clubs import set_identity
from tests.membership.wallet.factories import vault_of, wallet_of
from tests.membership.web.test_errors import assert_problem

OTHER_TOKEN = "ab" * 32


@pytest.fixture
def service(service: Service, identity: Identity) -> Service:
    """A club with a certificate: to make a development one takes longer than a test."""
    set_identity(service, vault_of(service), identity)
    return service


def events(service: Service, *types: str) -> list[tuple[str, Any]]:
    """Events of types, in their order."""
    told = service.get("/v1/events", type=types, limit=100)["items"]
    return [(each["type"], each["data"]) for each in told]


def test_a_device_registers_once_and_its_push_token_is_always_stored(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    assert phone.register() == 201
    assert phone.register() == 200
    service.clock.advance(minutes=1)
    assert phone.register(OTHER_TOKEN) == 200
    row = phone.registered()
    assert (row.push_token, row.registered_at) == (OTHER_TOKEN, NOON + timedelta(minutes=1))
    assert len(registrations(service)) == 1
    assert phone.unregister() == 200
    assert phone.registration() is None
    assert phone.unregister() == 200
    assert phone.register() == 201
    ids = {
        "card_id": str(phone.card.card_id),
        "customer_id": str(phone.card.customer_id),
        "wallet": "apple",
    }
    told = events(service, "card.installed", "card.removed")
    assert told == [("card.installed", ids), ("card.removed", ids), ("card.installed", ids)]


def test_the_same_registration_again_tells_since_when_the_token_is_good(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    service.clock.advance(hours=1)
    assert phone.register() == 200
    assert phone.registered().registered_at == NOON + timedelta(hours=1)
    assert phone.registered().push_at == NOON + timedelta(seconds=10)


def test_a_new_push_token_is_told_what_the_former_may_have_missed(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    with arranging(service.database) as session:
        row = session.merge(phone.registered())
        row.pushed_seq, row.fetched_seq, row.push_at = 1, 0, None
        row.push_attempts, row.push_error = 3, "x"
    service.clock.advance(minutes=5)
    assert phone.register(OTHER_TOKEN) == 200
    row = phone.registered()
    assert (row.pushed_seq, row.push_attempts, row.push_error) == (0, 0, None)
    assert row.push_at == NOON + timedelta(minutes=5, seconds=10)


def test_only_changed_cards_are_listed_and_the_tag_advances(service: Service) -> None:
    first, second = (phone_with(service, new_card(service)) for _ in range(2))
    assert first.news() == ([], None)
    assert first.register() == 201
    serial, other = str(first.card.card_id), str(second.card.card_id)
    serials, tag = first.news()
    assert serials == [serial]
    assert isinstance(tag, str)
    assert first.news(tag) == ([], None)
    assert second.register() == 201
    serials, after = first.news(tag)
    assert serials == [other]
    rename(service, first.card, "Amina")
    renew(service, second.card)
    serials, last = first.news(after)
    assert serials == [serial]
    assert int(tag) < int(str(after)) < int(str(last))
    assert first.news(last) == ([], None)
    assert sorted(first.news(tag)[0]) == sorted([serial, other])
    rename(service, first.card, "Aida")
    rename(service, first.card, "Alma")
    assert first.news(last)[0] == [serial], "several changes are one"
    first.unregister()
    assert first.news(last) == ([], None)
    assert first.news() == ([other], str(after))


def test_a_card_installed_long_after_it_was_changed_is_listed(service: Service) -> None:
    by_mail = new_card(service)
    rename(service, by_mail, "Amina")
    phone = phone_with(service, new_card(service))
    phone.register()
    rename(service, phone.card, "Zoe")
    _, tag = phone.news()
    late = phone_with(service, by_mail)
    late.register()
    assert phone.news(tag)[0] == [str(by_mail.card_id)]


TAGS_OF_NOBODY = (
    "", "x", "-1", "1.5", " 1", "9" * 18, "9" * 4000, "１", "1;", "\x00", "0x1", "1e3",
)  # fmt: skip


def test_a_tag_that_was_never_given_is_none(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    for tag in TAGS_OF_NOBODY:
        serials, good = phone.news(tag)
        assert serials == [str(phone.card.card_id)], tag
        assert phone.news(good) == ([], None)


def test_two_devices_have_one_card(service: Service) -> None:
    card = new_card(service)
    mine, watch = phone_with(service, card), phone_with(service, card, "watch")
    assert (mine.register(), watch.register(OTHER_TOKEN)) == (201, 201)
    _, my_tag = mine.news()
    _, its_tag = watch.news()
    rename(service, card, "Amina")
    assert mine.news(my_tag)[0] == watch.news(its_tag)[0] == [str(card.card_id)]
    assert mine.unregister() == 200
    assert watch.news(its_tag)[0] == [str(card.card_id)]
    assert mine.news(my_tag) == ([], None)
    assert [row.device_id for row in registrations(service)] == ["watch"]


def test_a_card_is_sent_once_and_then_only_when_it_changed(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    answer = phone.fetch()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apple.pkpass"
    changed_at = wallet_of(service, phone.card).changed_at
    assert changed_at is not None
    modified = answer.headers["Last-Modified"]
    assert modified == format_datetime(changed_at, usegmt=True)
    with zipfile.ZipFile(BytesIO(answer.content)) as bundle:
        assert {"pass.json", "manifest.json", "signature"} <= set(bundle.namelist())
        assert str(phone.card.card_id) in bundle.read("pass.json").decode()
    for since in (modified, format_datetime(changed_at + timedelta(days=1), usegmt=True)):
        again = phone.fetch(since)
        assert (again.status_code, again.content) == (304, b"")
    for since in (
        format_datetime(changed_at - timedelta(seconds=1), usegmt=True),
        "yesterday",
        "",
        "Wed, 99 Mar 2027 11:00:00 GMT",
    ):
        assert phone.fetch(since).status_code == 200
    rename(service, phone.card, "Amina")
    changed = phone.fetch(modified)
    assert changed.status_code == 200, "also within the same second"
    assert changed.headers["Last-Modified"] != modified
    assert phone.fetch(changed.headers["Last-Modified"]).status_code == 304


def test_a_card_that_was_never_looked_at_is_sent(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    with arranging(service.database) as session:
        row = session.merge(wallet_of(service, phone.card))
        row.changed_at, row.face_digest, row.update_seq = None, None, 0
    answer = phone.fetch()
    assert answer.status_code == 200
    assert phone.fetch(answer.headers["Last-Modified"]).status_code == 200
    renew(service, phone.card)
    assert phone.fetch(answer.headers["Last-Modified"]).status_code == 200


def test_a_revoked_card_is_still_sent(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    _, tag = phone.news()
    service.post(f"/v1/cards/{phone.card.card_id}/revoke", status=200)
    renew(service, phone.card)
    assert phone.news(tag)[0] == [str(phone.card.card_id)]
    answer = phone.fetch()
    assert answer.status_code == 200
    with zipfile.ZipFile(BytesIO(answer.content)) as bundle:
        assert '"voided":true' in bundle.read("pass.json").decode().replace(" ", "")
    assert phone.unregister() == 200


def test_who_fetched_is_known_if_one_device_has_the_card(service: Service) -> None:
    card = new_card(service)
    phone = phone_with(service, card)
    phone.register()
    assert phone.registered().fetched_seq == 0
    answer = phone.fetch()
    seq = wallet_of(service, card).update_seq
    assert phone.registered().fetched_seq == seq > 0
    rename(service, card, "Amina")
    assert phone.registered().fetched_seq == seq
    changed_at = wallet_of(service, card).changed_at
    assert changed_at is not None
    phone.fetch(format_datetime(changed_at, usegmt=True))
    assert phone.registered().fetched_seq == wallet_of(service, card).update_seq > seq
    watch = phone_with(service, card, "watch")
    watch.register(OTHER_TOKEN)
    assert watch.fetch(answer.headers["Last-Modified"]).status_code == 200
    assert watch.registered().fetched_seq == 0, "it could have been the other one"


def variants(phone: Phone, stranger: Phone) -> list[Phone]:
    """The same phone with one thing wrong each."""
    service, card, token, pass_type = (
        phone.service, phone.card, phone.token, phone.pass_type,
    )  # fmt: skip
    nobodys = type(card)(uuid4(), card.customer_id, card.code, card.design_id)
    upper = type(card)(str(card.card_id).upper(), card.customer_id, card.code, card.design_id)  # type: ignore[arg-type]
    text = type(card)("no-uuid", card.customer_id, card.code, card.design_id)  # type: ignore[arg-type]
    return [
        Phone(service, card, "", pass_type),
        Phone(service, card, token[:-1], pass_type),
        Phone(service, card, token + "x", pass_type),
        Phone(service, card, "\xe9" * 32, pass_type),
        Phone(service, card, stranger.token, pass_type),
        Phone(service, stranger.card, token, pass_type),
        Phone(stranger.service, card, token, pass_type),
        Phone(service, nobodys, token, pass_type),
        Phone(service, upper, token, pass_type),
        Phone(service, text, token, pass_type),
    ]


def test_nothing_is_told_of_what_is_wrong(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    other_club = service.fresh()
    stranger = phone_with(other_club, new_card(other_club))
    told = set()
    for wrong in variants(phone, stranger):
        for answer in (
            wrong.ask("POST", wrong.place, data=b"not looked at"),
            wrong.ask("DELETE", wrong.place),
            wrong.fetch(),
        ):
            assert_problem(answer, 401, "pass_unauthorized")
            assert answer.headers["WWW-Authenticate"] == "ApplePass"
            told.add(answer.content)
    foreign = Phone(service, phone.card, phone.token, "pass.com.example.other")
    for answer in (foreign.ask("POST", foreign.place, json={"pushToken": TOKEN}), foreign.fetch()):
        told.add(answer.content)
    assert len(told) == 1
    assert registrations(service) == []
    scheme = phone.ask("GET", "passes/x/y", headers={"Authorization": f"Bearer {phone.token}"})
    assert scheme.status_code == 401
    lower = {"Authorization": f"applepass {phone.token}"}
    assert phone.ask("DELETE", phone.place, headers=lower).status_code == 200


def test_another_device_or_pass_type_lists_nothing(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    assert phone_with(service, phone.card, "another").news() == ([], None)
    assert Phone(service, phone.card, phone.token, "pass.other").news() == ([], None)
    other_club = service.fresh()
    assert Phone(other_club, phone.card, phone.token, phone.pass_type).news() == ([], None)
    for device in ("%00", "x" * 3000, "é", "%FF", "a%20b"):
        assert Phone(service, phone.card, phone.token, phone.pass_type, device).news() == ([], None)


def test_a_registration_of_a_former_pass_type_can_be_given_up(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    phone.register()
    with arranging(service.database) as session:
        session.merge(phone.registered()).pass_type_id = "pass.former"
    assert phone.unregister() == 200
    assert phone.registration() is not None, "it is another one's"
    phone.pass_type = "pass.former"
    assert phone.news()[0] == [str(phone.card.card_id)]
    assert phone.unregister() == 200
    assert phone.registration() is None


BODIES_OF_NOBODY = (
    b"", b"{}", b"[]", b"null", b"{", b'{"pushToken": 1}', b'{"pushToken": ""}',
    b'{"pushToken": "../../x"}', b'{"pushToken": "abc\\u0000"}', b'{"push_token": "ab"}',
    b'{"pushToken": "' + b"ab" * 200 + b'"}', b"\xff\xfe", b"[" * 10_000,
    b'{"pushToken": "\\ud800"}', b'{"pushToken": "ab\\n"}',
)  # fmt: skip


def test_a_registration_that_is_none(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    for body in BODIES_OF_NOBODY:
        assert_problem(phone.ask("POST", phone.place, data=body), 422, "invalid_request")
    assert registrations(service) == []


def test_ids_of_devices_and_bodies_are_bounded(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    for device in ("x" * 256, "%00", "é"):
        odd = phone_with(service, phone.card, device)
        for answer in (
            odd.ask("POST", odd.place, json={"pushToken": TOKEN}),
            odd.ask("DELETE", odd.place),
        ):
            assert_problem(answer, 422, "invalid_request")
    longest = phone_with(service, phone.card, "x" * 255)
    assert longest.register() == 201
    assert longest.news()[0] == [str(phone.card.card_id)]
    answer = phone.ask("POST", phone.place, data=b"x" * (64 * 1024 + 1))
    assert_problem(answer, 413, "body_too_large")


def test_other_methods_and_paths(service: Service) -> None:
    phone = phone_with(service, new_card(service))
    assert phone.ask("PUT", phone.place).status_code == 405
    assert phone.ask("GET", "log").status_code in (404, 405)
    assert phone.ask("GET", "devices/x").status_code == 404
    url = f"{service.url}/apple/{service.tenant.slug}/v2/log"
    assert requests.post(url, json={"logs": []}, timeout=TIMEOUT).status_code == 404


def test_a_card_has_so_many_devices_and_the_latest_of_them(service: Service) -> None:
    card = new_card(service)
    phones = [phone_with(service, card, f"device-{number:02}") for number in range(53)]
    assert [phone.register() for phone in phones] == [201] * 53
    assert [row.device_id for row in registrations(service)] == [
        phone.device for phone in phones[3:]
    ]
    assert len(events(service, "card.removed")) == 3


def test_a_card_is_sent_although_it_cannot_be_noted(
    databases: Databases, tmp_path: Path, identity: Identity
) -> None:
    settings = databases.new(SQLITE, tmp_path, busy_timeout_seconds=0.2)
    with running_service(settings) as club:
        set_identity(club, vault_of(club), identity)
        phone = phone_with(club, new_card(club))
        phone.register()
        with arranging(club.database) as session:
            session.connection()  # holds the lock of writers
            assert phone.fetch().status_code == 200
        assert phone.registered().fetched_seq == 0
        assert phone.fetch().status_code == 200
        assert phone.registered().fetched_seq == wallet_of(club, phone.card).update_seq
