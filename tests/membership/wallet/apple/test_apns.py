"""Pushes over HTTP/2 with the pass certificate, against a service that answers as Apple's."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import uuid4

import pytest

from membership.wallet.apple.apns import Apns, Group, Push, Reply, Verdict
from membership.wallet.apple.client_tls import client_tls
from passes.apple.development import DevelopmentAuthority, ec_key
from passes.apple.identity import Identity
from tests.fakes.apns import FakeApns, Told, strict_apns
from tests.membership.support import NOON
from tests.membership.wallet.clubs import PASS_TYPE


@pytest.fixture
def sender(apns: FakeApns) -> Iterator[Apns]:
    made = Apns(apns.url, apns.ca_file, seconds=5)
    yield made
    made.close()


def pushes(count: int) -> list[Push]:
    return [Push(f"{number:064x}", uuid4()) for number in range(count)]


def send(sender: Apns, identity: Identity, some: list[Push]) -> list[Reply]:
    (replies,) = sender.send([Group(identity, some)], NOON)
    return replies


def send_one(sender: Apns, identity: Identity) -> Reply:
    return send(sender, identity, pushes(1))[0]


def test_a_push_is_an_empty_dictionary_to_the_pass_type(
    apns: FakeApns, sender: Apns, identity: Identity
) -> None:
    push = pushes(1)[0]
    assert send(sender, identity, [push]) == [Reply(Verdict.SENT)]
    (received,) = apns.received
    assert (received.token, received.body, received.topic) == (push.push_token, b"{}", PASS_TYPE)
    assert received.headers["apns-id"] == str(push.push_id)
    assert not {"authorization", "apns-push-type", "apns-priority"} & set(received.headers)


def test_many_pushes_share_one_connection_which_is_kept(
    apns: FakeApns, sender: Apns, identity: Identity
) -> None:
    for _ in range(3):
        replies = send(sender, identity, pushes(60))
        assert {reply.verdict for reply in replies} == {Verdict.SENT}
    assert len(apns.received) == 180
    assert apns.connections == 1


def test_each_pass_type_and_each_renewed_certificate_has_its_own_connection(
    apns: FakeApns, sender: Apns, identity: Identity, authority: DevelopmentAuthority
) -> None:
    other = authority.issue("pass.test.other", "TEAM123456", new_key=ec_key)
    renewed = authority.issue(PASS_TYPE, "TEAM123456", new_key=ec_key)
    for each in (identity, other, identity, renewed, renewed):
        assert send_one(sender, each).verdict is Verdict.SENT
    assert [each.connection for each in apns.received] == [1, 2, 1, 3, 3]
    assert [each.topic for each in apns.received][1] == "pass.test.other"


def test_a_slow_pass_type_holds_up_no_other(
    apns: FakeApns, identity: Identity, authority: DevelopmentAuthority
) -> None:
    other = authority.issue("pass.test.other", "TEAM123456", new_key=ec_key)
    quick = Apns(apns.url, apns.ca_file, seconds=1.5)
    first, second, third = pushes(3)
    apns.answers[first.push_token] = Told(silent=True)
    replies = quick.send(
        [Group(identity, [first]), Group(other, [second]), Group(identity, [third])], NOON
    )
    verdicts = [reply.verdict for (reply,) in replies]
    assert verdicts == [Verdict.LATER, Verdict.SENT, Verdict.SENT]
    assert apns.connections == 2
    quick.close()


GONE_AT = datetime(2027, 3, 10, 10, 59, 30, 500_000, tzinfo=UTC)
IN_SEVEN_SECONDS = format_datetime(NOON + timedelta(seconds=7))


@pytest.mark.parametrize(
    ("told", "reply"),
    [
        (
            Told(410, "Unregistered", timestamp=int(GONE_AT.timestamp() * 1000)),
            Reply(Verdict.GONE, "APNs answered 410 Unregistered.", gone_at=GONE_AT),
        ),
        (Told(410, "ExpiredToken"), Reply(Verdict.GONE, "APNs answered 410 ExpiredToken.")),
        (
            Told(410, "Unregistered", timestamp=10**30),
            Reply(Verdict.GONE, "APNs answered 410 Unregistered."),
        ),
        (Told(400, "BadDeviceToken"), Reply(Verdict.GONE, "APNs answered 400 BadDeviceToken.")),
        (Told(400, "BadTopic"), Reply(Verdict.REFUSED, "APNs answered 400 BadTopic.")),
        (
            Told(400, "DeviceTokenNotForTopic"),
            Reply(Verdict.REFUSED, "APNs answered 400 DeviceTokenNotForTopic."),
        ),
        (Told(403, "BadCertificate"), Reply(Verdict.REFUSED, "APNs answered 403 BadCertificate.")),
        (Told(404, "BadPath"), Reply(Verdict.REFUSED, "APNs answered 404 BadPath.")),
        (Told(429, "TooManyRequests"), Reply(Verdict.LATER, "APNs answered 429 TooManyRequests.")),
        (
            Told(429, "TooManyRequests", headers=(("retry-after", "90"),)),
            Reply(Verdict.LATER, "APNs answered 429 TooManyRequests.", retry_after=90.0),
        ),
        (
            Told(503, "Shutdown", headers=(("retry-after", IN_SEVEN_SECONDS),)),
            Reply(Verdict.LATER, "APNs answered 503 Shutdown.", retry_after=7.0),
        ),
        (
            Told(500, "InternalServerError"),
            Reply(Verdict.LATER, "APNs answered 500 InternalServerError."),
        ),
        (Told(503, raw=b"<html>\xff"), Reply(Verdict.LATER, "APNs answered 503.")),
        (Told(400, raw=b'["BadDeviceToken"]'), Reply(Verdict.REFUSED, "APNs answered 400.")),
        (Told(400, raw=b'{"reason": "a b\\n"}'), Reply(Verdict.REFUSED, "APNs answered 400.")),
    ],
    ids=lambda each: f"{each.status}-{each.reason}" if isinstance(each, Told) else "",
)  # fmt: skip
def test_what_answers_mean(
    apns: FakeApns, sender: Apns, identity: Identity, told: Told, reply: Reply
) -> None:
    apns.otherwise = told
    assert send_one(sender, identity) == reply


def test_after_a_drop_the_next_push_has_a_new_connection(
    apns: FakeApns, sender: Apns, identity: Identity
) -> None:
    apns.otherwise = Told(drop=True)
    first = send_one(sender, identity)
    assert first.verdict is Verdict.LATER
    assert first.detail.startswith("No answer from APNs: ")
    apns.otherwise = Told()
    assert send_one(sender, identity).verdict is Verdict.SENT
    assert [each.connection for each in apns.received] == [1, 2]


def test_a_slow_service_is_waited_for_once(apns: FakeApns, identity: Identity) -> None:
    three = pushes(3)
    # The answer to the third is read along with the first, when the second waits ahead of it.
    apns.answers[three[0].push_token] = Told(held=True)
    apns.answers[three[1].push_token] = Told(silent=True)
    # Long enough for the others to be answered on a machine that does much else.
    with closing(Apns(apns.url, apns.ca_file, seconds=2.0)) as quick:
        replies = send(quick, identity, three)
        assert [reply.verdict for reply in replies] == [Verdict.SENT, Verdict.LATER, Verdict.SENT]
        assert replies[1].detail == "APNs did not answer within 2 s."
        apns.answers.clear()
        assert send_one(quick, identity).verdict is Verdict.SENT
        assert apns.received[-1].connection == 2


def test_nobody_there(identity: Identity, tmp_path: Path) -> None:
    lonely = Apns("https://127.0.0.1:1", seconds=5)
    assert send_one(lonely, identity) == Reply(Verdict.LATER, "No answer from APNs: ConnectError.")
    lonely.close()


def strangers(authority: DevelopmentAuthority) -> list[Identity]:
    """Certificates that APNs does not take: of another authority, and an old one."""
    once = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC))
    return [
        DevelopmentAuthority().issue(PASS_TYPE, "TEAM123456", new_key=ec_key),
        authority.issue(PASS_TYPE, "TEAM123456", new_key=ec_key, dates=once),
    ]


def test_a_certificate_that_apns_does_not_take_is_told(
    authority: DevelopmentAuthority, tmp_path: Path
) -> None:
    with strict_apns(tmp_path, authority.root) as apns:
        sender = Apns(apns.url, apns.ca_file, seconds=5)
        for stranger in strangers(authority):
            reply = send_one(sender, stranger)
            assert reply.verdict is Verdict.REFUSED
            assert reply.detail.startswith("APNs refused the certificate: ")
        sender.close()
        assert apns.connections == 2


def test_with_newer_tls_it_may_look_as_if_the_connection_was_cut(
    apns: FakeApns, sender: Apns, authority: DevelopmentAuthority
) -> None:
    # The handshake is over for the client before the server has judged its certificate.
    for stranger in strangers(authority):
        assert send_one(sender, stranger).verdict in (Verdict.REFUSED, Verdict.LATER)
    assert apns.received == []


def test_a_service_that_is_not_apples_is_not_told_anything(
    apns: FakeApns, identity: Identity
) -> None:
    careful = Apns(apns.url)
    reply = send_one(careful, identity)
    assert reply.verdict is Verdict.REFUSED
    assert reply.detail.startswith("APNs' certificate is not good: ")
    assert apns.received == []
    careful.close()


def test_no_key_is_left_on_disk(identity: Identity, tmp_path: Path) -> None:
    client_tls(identity, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        client_tls(identity, folder=tmp_path / "missing")  # it is there that the key is written
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    with pytest.raises(OSError, match=r"."):
        client_tls(identity, broken, folder=tmp_path)
    assert list(tmp_path.iterdir()) == [broken]
