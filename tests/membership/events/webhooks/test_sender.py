"""One POST: to the checked address only, within its deadline, reading little, trusting nobody."""

import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from membership.base.settings import ServiceSettings
from membership.events.webhooks.sender import READ_BYTES, PostResult, Sender
from membership.events.webhooks.url_policy import Resolver, UrlPolicy
from tests.membership.events.conftest import HERE
from tests.membership.events.webhooks.receiver import Behave, Handler, Receiver, receiving

NOW = datetime(2027, 3, 10, 11, 0, tzinfo=UTC)
SETTINGS = ServiceSettings(webhook_allowed_private=HERE)


def post(url: str, seconds: float = 5.0, resolve: Resolver | None = None) -> PostResult:
    """Post to a URL that may be on this machine."""
    policy = UrlPolicy.of(SETTINGS) if resolve is None else UrlPolicy.of(SETTINGS, resolve)
    return Sender(policy, seconds).post(url, {"webhook-id": "x"}, b"{}", NOW)


def test_what_arrives(receiver: Receiver) -> None:
    receiver.always = lambda handler: handler.answer(201, b"thank you")
    answer = post(receiver.url + "/a%20b?c=d")
    assert (answer.accepted, answer.status, answer.text) == (True, 201, "thank you")
    (got,) = receiver.received
    assert (got.path, got.body) == ("/hook/a%20b?c=d", b"{}")
    assert got.headers["host"] == receiver.url.split("/")[2]
    assert got.headers["webhook-id"] == "x"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers_and_not_followed(receiver: Receiver, status: int) -> None:
    receiver.fail(1, status, Location=receiver.url)
    answer = post(receiver.url)
    assert (answer.accepted, answer.status) == (False, status)
    assert (len(receiver.received), receiver.followed) == (1, 0)


@pytest.mark.parametrize("status", [200, 204, 299, 300, 400, 404, 410, 429, 500, 503])
def test_only_2xx_is_success(receiver: Receiver, status: int) -> None:
    receiver.fail(1, status)
    answer = post(receiver.url)
    assert (answer.accepted, answer.gone) == (200 <= status < 300, status == 410)


def test_of_a_huge_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    sent = 0

    def flood(handler: Handler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        with contextlib.suppress(OSError):
            while not receiver.released.is_set():
                handler.wfile.write(b"x" * 65536)
                sent += 65536

    receiver.always = flood
    answer = post(receiver.url)
    assert (answer.accepted, len(answer.text)) == (True, READ_BYTES)
    assert sent < 64 * 1024 * 1024  # what sockets buffer, not what was announced


def test_control_characters_of_an_answer_are_left_out(receiver: Receiver) -> None:
    receiver.always = lambda handler: handler.answer(500, b"a\x00b\x1b[31m\xff\nc")
    assert post(receiver.url).text == "ab[31m�\nc"


def drip_head(handler: Handler) -> None:
    """Send a head that never ends, a byte now and then."""
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not handler.server.receiver.released.wait(0.05):
            handler.wfile.write(b"x")


def silence(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.server.receiver.released.wait()


@pytest.mark.parametrize("behave", [drip_head, silence])
def test_the_deadline_ends_what_never_ends(receiver: Receiver, behave: Behave) -> None:
    receiver.always = behave
    answer = post(receiver.url, seconds=0.4)
    assert (answer.status, answer.error) == (None, "No answer within 0.4 s.")


def test_a_body_that_never_ends_changes_nothing_about_the_status(receiver: Receiver) -> None:
    def drip_body(handler: Handler) -> None:
        handler.send_response(202)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        silence(handler)

    receiver.always = drip_body
    answer = post(receiver.url, seconds=0.4)
    assert (answer.accepted, answer.status) == (True, 202)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "cannot be reached|did not answer in HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "did not answer in HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "did not answer in HTTP"),
        (b"\xff" * 70_000, "did not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, "did not answer in HTTP"),
    ],
)
def test_what_is_no_answer(receiver: Receiver, raw: bytes, told: str) -> None:
    def speak(handler: Handler) -> None:
        with contextlib.suppress(OSError):
            handler.wfile.write(raw)
        handler.close_connection = True

    receiver.always = speak
    answer = post(receiver.url)
    assert answer.status is None
    assert answer.error is not None
    assert any(part in answer.error for part in told.split("|")), answer.error


def test_nobody_listens() -> None:
    with receiving() as gone:
        url = gone.url
    answer = post(url)
    assert answer.status is None
    assert answer.error is not None
    assert "cannot be reached" in answer.error


def test_the_first_address_that_answers_is_taken(receiver: Receiver) -> None:
    # On this machine 127.0.0.2 is reachable too, but nothing listens there.
    port = receiver.url.split(":")[2].partition("/")[0]

    def resolve(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        return ("127.0.0.2", "127.0.0.1")

    assert post(f"http://hooks.example.com:{port}/", resolve=resolve).accepted


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].partition("/")[0]
    looked_up = []

    def rebinding(host: str, _port: int, _seconds: float) -> Sequence[str]:
        # The second time the name would lead elsewhere.
        looked_up.append(host)
        return ("127.0.0.1",) if len(looked_up) == 1 else ("192.0.2.1",)

    answer = post(f"http://hooks.example.com:{port}/", resolve=rebinding)
    assert answer.accepted
    assert looked_up == ["hooks.example.com"]
    (got,) = receiver.received
    assert got.headers["host"] == f"hooks.example.com:{port}"


def test_a_name_that_leads_inside_is_not_connected_to(receiver: Receiver) -> None:
    port = receiver.url.split(":")[2].partition("/")[0]

    def resolve(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        return ("127.0.0.1",)

    sender = Sender(UrlPolicy(allow_http=True, resolve=resolve), 5.0)
    answer = sender.post(f"http://hooks.example.com:{port}/", {}, b"{}", NOW)
    assert answer.error == "Not sent. URL: hooks.example.com leads to no public address."
    assert receiver.received == []


def test_no_proxy_of_the_environment(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert post(receiver.url).accepted


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("Wed, 10 Mar 2027 11:01:30 GMT", 90.0),
        ("Wed, 10 Mar 2027 12:01:30 +0100", 90.0),
        ("Wed, 10 Mar 2027 11:01:30", 90.0),
        ("Wed, 10 Mar 2027 10:00:00 GMT", 0.0),
        ("-5", None),
        ("1e3", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("Wed, 10 Mar 99999 11:00:00 GMT", None),
    ],
)
def test_retry_after(receiver: Receiver, header: str, seconds: float | None) -> None:
    receiver.fail(1, 503, Retry_After=header)
    assert post(receiver.url).retry_after == seconds


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """TLS of a server with a certificate for a name, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.9"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(made.public_bytes(pem) + secret)
    (folder / "authority.pem").write_bytes(made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Receiver]:
    """A receiver with TLS for hooks.example.com."""
    with receiving(certificate(tmp_path, "hooks.example.com")) as running:
        yield running


def test_tls_is_for_the_name_and_to_the_address(secure: Receiver, tmp_path: Path) -> None:
    port = secure.url.split(":")[2].partition("/")[0]

    def resolve(_host: str, _port: int, _seconds: float) -> Sequence[str]:
        return ("127.0.0.1",)

    trusted = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    sender = Sender(UrlPolicy.of(SETTINGS, resolve), 5.0, trusted)
    assert sender.post(f"https://hooks.example.com:{port}/", {}, b"{}", NOW).accepted
    (got,) = secure.received
    assert got.headers["host"] == f"hooks.example.com:{port}"
    for host in ("other.example.com", "127.0.0.1"):
        answer = sender.post(f"https://{host}:{port}/", {}, b"{}", NOW)
        assert answer.error is not None
        assert answer.error.startswith(f"The certificate of {host} is not good: "), answer.error
    untrusting = Sender(UrlPolicy.of(SETTINGS, resolve), 5.0)
    answer = untrusting.post(f"https://hooks.example.com:{port}/", {}, b"{}", NOW)
    assert answer.error is not None
    assert "self-signed certificate" in answer.error
    assert len(secure.received) == 1


def test_tls_to_what_speaks_none_and_to_what_is_silent(receiver: Receiver) -> None:
    answer = post(receiver.url.replace("http:", "https:"))
    assert (answer.status, answer.accepted) == (None, False)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        late = post(f"https://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.4)
    assert (late.status, late.error) == (None, "No answer within 0.4 s.")
