"""Certificates and service accounts by the API: taken, refused with the place, shown, forgotten."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import requests

from membership.base.vault import Vault, VaultError
from membership.store.models import AppleRegistration, AuditEntry, IdentityKind
from membership.wallet.google.identity import google_identity
from membership.wallet.issuers.apple import load_signer
from membership.wallet.issuers.storage import find_identity
from passes.apple.identity import Identity
from tests.membership.accounts.staff.people import problem
from tests.membership.conftest import Databases
from tests.membership.support import NOON, Service, arranging, running_service
from tests.membership.wallet.factories import new_design, vault_of, wallet_card
from tests.membership.wallet.issuers.files import (
    ACCOUNT,
    FAR,
    ISSUER,
    P12_PASSWORD,
    PASS_TYPE,
    TEAM,
    apple_body,
    encoded,
    google_body,
    google_key,
    identity,
    key_file,
    p12,
    p12_body,
)

AT = "/v1/wallets"


def put(service: Service, wallet: str, body: Any) -> requests.Response:
    """Send an account."""
    return service.call("PUT", f"{AT}/{wallet}", json=body)


def signing(service: Service) -> Identity:
    """Who signs the organization's cards."""
    with service.database.readers.begin() as session:
        return load_signer(session, vault_of(service), service.tenant, service.clock()).identity


def warnings(service: Service) -> tuple[str | None, str | None]:
    """What the routes return about Apple and about Google."""
    ready = service.get(AT)
    return ready["apple"]["warning"], ready["google"]["warning"]


def test_with_nothing_a_self_made_certificate_signs(service: Service) -> None:
    ready = service.get(AT)
    slug = service.tenant.slug
    assert ready["apple"] | {"warning": ""} == {
        "development": True,
        "pass_type_id": f"pass.walletdesk.development.{slug}",
        "team_id": "DEVELOPMEN",
        "not_after": None,
        "warning": "",
    }
    assert "every iPhone refuses" in ready["apple"]["warning"]
    assert "public_url is missing" in ready["apple"]["warning"]
    assert ready["google"]["configured"] is False
    assert "No card" not in ready["google"]["warning"]
    assert "no card can be saved" in ready["google"]["warning"]
    assert ready["public_url"] is None
    assert signing(service).development


def test_a_certificate_is_taken(service: Service) -> None:
    one = identity()
    answer = put(service, "apple", p12_body(one))
    assert answer.status_code == 200, answer.text
    shown = answer.json()["apple"]
    assert (shown["development"], shown["pass_type_id"], shown["team_id"]) == (
        False, PASS_TYPE, TEAM,
    )  # fmt: skip
    assert shown["not_after"] == (NOON + FAR).isoformat().replace("+00:00", "Z")
    assert service.get(AT) == answer.json()
    now = signing(service)
    assert now.certificate == one.certificate
    assert not now.development
    assert signing(service) is now, "the key is parsed once"


def test_pem_in_lines_and_the_intermediate_beside_it(service: Service) -> None:
    one = identity()
    own, intermediate = one.pem().rsplit(b"-----BEGIN", 1)
    lines = "\r\n".join(encoded(own)[at : at + 64] for at in range(0, len(encoded(own)), 64))
    body = {"certificate": lines, "wwdr": encoded(b"-----BEGIN" + intermediate)}
    assert put(service, "apple", body).status_code == 200
    assert signing(service).certificate == one.certificate


def test_a_new_one_takes_the_place_of_a_former_one(service: Service) -> None:
    for _ in range(2):
        one = identity()
        assert put(service, "apple", apple_body(one)).status_code == 200
        assert signing(service).certificate == one.certificate


@pytest.mark.parametrize(
    ("body", "code", "field", "told"),
    [
        ({"certificate": "*"}, "not_base64", "body.certificate", "base64"),
        ({"certificate": "AAA"}, "not_base64", "body.certificate", "base64"),
        ({"certificate": encoded(b"x")}, "certificate_invalid", "body.certificate", "neither"),
        ({"wwdr": "ä"}, "not_base64", "body.wwdr", "base64"),
        ({"wwdr": encoded(b"x")}, "certificate_invalid", "body.wwdr", "wwdr: "),
        ({"password": "wrong"}, "certificate_invalid", "body.password", "password: does not open"),
        ({"password": None}, "certificate_invalid", "body.password", "password: does not open"),
        ({"password": "\ud800"}, "certificate_invalid", "body.password", "password: "),
    ],
)
def test_what_is_no_certificate(
    service: Service, body: dict[str, Any], code: str, field: str, told: str
) -> None:
    whole = p12_body() if "password" in body else apple_body()
    answer = put(service, "apple", {**whole, **body})
    assert problem(answer) == (422, code)
    fault = answer.json()["errors"][0]
    assert fault["field"] == field
    assert told in fault["message"]
    assert P12_PASSWORD not in answer.text
    assert service.get(AT)["apple"]["development"] is True


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ({"ends": NOON - timedelta(seconds=1)}, "certificate.notAfter: expired on 2027-03-10"),
        ({"begins": NOON + timedelta(days=1)}, "certificate.notBefore: is not good before"),
    ],
)
def test_certificates_that_are_not_good_now(
    service: Service, dates: dict[str, Any], told: str
) -> None:
    answer = put(service, "apple", apple_body(identity(**dates)))
    assert problem(answer) == (422, "certificate_invalid")
    assert told in answer.json()["detail"]


def test_a_huge_body_is_refused(service: Service) -> None:
    answer = put(service, "apple", {"certificate": "A" * 100_001})
    assert problem(answer) == (422, "invalid_request")
    answer = put(service, "apple", {"certificate": encoded(b"\x30" * 70_000)})
    assert problem(answer) == (422, "certificate_invalid")


def test_warnings_begin_thirty_days_before_the_end(service: Service) -> None:
    assert put(service, "apple", apple_body()).status_code == 200
    end = NOON + FAR
    for at, told in (
        (end - timedelta(days=30, seconds=1), None),
        (end - timedelta(days=30), "expires on 2028-01-04, in 30 days"),
        (end - timedelta(hours=1), "expires on 2028-01-04, in 0 days"),
        (end, "expires on 2028-01-04, in 0 days"),
        (end + timedelta(seconds=1), "expired on 2028-01-04: no card can be signed"),
        (NOON - timedelta(days=66), "not good before 2027-01-04"),
    ):
        service.clock.now = at
        found, _ = warnings(service)
        assert found is not None
        assert "Apple did not issue the certificate" in found
        if told is None:
            assert "expire" not in found
        else:
            assert told in found


def test_cards_on_phones_keep_their_pass_type(service: Service) -> None:
    assert put(service, "apple", apple_body()).status_code == 200
    card = wallet_card(service, service.customer("Amara"), new_design(service))
    with arranging(service.database) as session:
        session.add(
            AppleRegistration(
                organization_id=service.tenant.id, card_id=card.card_id, device_id="d1",
                pass_type_id=PASS_TYPE, push_token="t", registered_at=NOON,
            )
        )  # fmt: skip
    other = identity("pass.example.another")
    answer = put(service, "apple", apple_body(other))
    assert problem(answer) == (409, "pass_type_differs")
    assert signing(service).facts.pass_type_id == PASS_TYPE
    assert put(service, "apple", apple_body()).status_code == 200, "a renewal"
    assert put(service, "apple", apple_body(other, replace_pass_type=True)).status_code == 200
    stranger = service.fresh()
    assert put(stranger, "apple", apple_body(other)).status_code == 200


def test_a_service_account_is_taken(service: Service) -> None:
    answer = put(service, "google", google_body())
    assert answer.status_code == 200, answer.text
    assert answer.json()["google"] | {"warning": ""} == {
        "configured": True, "issuer_id": ISSUER, "account": ACCOUNT, "warning": "",
    }  # fmt: skip
    assert "service account" not in answer.json()["google"]["warning"]
    with service.database.readers.begin() as session:
        found = google_identity(session, vault_of(service), service.tenant.id)
    assert found is not None
    account = found.account
    assert (account.issuer_id, account.email) == (ISSUER, ACCOUNT)
    assert account.info["private_key"] == google_key()
    assert "auth_uri" not in account.info
    assert google_key()[40:80] not in repr(account)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (google_body(private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n"), "service_account_invalid"),
        (google_body(private_key="x"), "service_account_invalid"),
        (google_body(type="authorized_user"), "invalid_request"),
        (google_body(client_email="nobody"), "invalid_request"),
        (google_body(project_id="\ud800"), "invalid_request"),
        (google_body(private_key="\ud800"), "service_account_invalid"),
        (google_body(token_uri="https://evil.example/token"), "invalid_request"),
        (google_body(token_uri="http://169.254.169.254/"), "invalid_request"),
        (google_body("12 34"), "invalid_request"),
        (google_body(""), "invalid_request"),
        ({"issuer_id": ISSUER, "service_account": "text"}, "invalid_request"),
        ({"issuer_id": ISSUER}, "invalid_request"),
    ],
)
def test_what_is_no_service_account(service: Service, body: dict[str, Any], code: str) -> None:
    answer = put(service, "google", body)
    assert problem(answer) == (422, code)
    assert google_key()[40:80] not in answer.text
    assert service.get(AT)["google"]["configured"] is False


def test_what_is_forgotten_is_gone(service: Service) -> None:
    for wallet, body in (("apple", apple_body()), ("google", google_body())):
        assert put(service, wallet, body).status_code == 200
        assert service.call("DELETE", f"{AT}/{wallet}").status_code == 204
        again = service.call("DELETE", f"{AT}/{wallet}")
        assert problem(again) == (404, "wallet_not_configured")
    ready = service.get(AT)
    assert ready["apple"]["development"] is True
    assert ready["google"]["configured"] is False


def test_another_organization_has_its_own(service: Service) -> None:
    assert put(service, "apple", apple_body()).status_code == 200
    assert put(service, "google", google_body()).status_code == 200
    stranger = service.fresh()
    ready = stranger.get(AT)
    assert ready["apple"]["development"] is True
    assert ready["google"]["configured"] is False
    assert stranger.call("DELETE", f"{AT}/apple").status_code == 404
    assert service.get(AT)["apple"]["development"] is False


def test_nothing_secret_is_stored_in_the_open(service: Service) -> None:
    one = identity()
    assert put(service, "apple", p12_body(one)).status_code == 200
    assert put(service, "google", google_body()).status_code == 200
    with service.database.readers.begin() as session:
        entries = session.query(AuditEntry).filter_by(organization_id=service.tenant.id).all()
        rows = [find_identity(session, service.tenant, kind) for kind in IdentityKind]
        told = repr([(row.facts, row.sealed) for row in rows if row is not None])
        told += repr([(entry.before, entry.after) for entry in entries])
    assert len(entries) == 2
    for secret in ("PRIVATE", P12_PASSWORD, google_key().splitlines()[3]):
        assert secret not in told
    configured = {entry.subject_id: entry.after or {} for entry in entries}
    assert configured["apple"]["serial"] == one.facts.serial
    assert configured["google"]["private_key_id"] == key_file()["private_key_id"]


def test_another_secret_key_opens_nothing(service: Service) -> None:
    assert put(service, "apple", apple_body()).status_code == 200
    assert put(service, "google", google_body()).status_code == 200
    other = Vault("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    with service.database.readers.begin() as session:
        with pytest.raises(VaultError):
            load_signer(session, other, service.tenant, NOON)
        with pytest.raises(VaultError):
            google_identity(session, other, service.tenant.id)


@pytest.mark.parametrize(
    ("public_url", "told"),
    [("https://club.example", None), ("http://club.example", "does not begin with https")],
)
def test_the_address_of_the_service(
    databases: Databases, tmp_path: Any, public_url: str, told: str | None
) -> None:
    with running_service(databases.new("sqlite", tmp_path, public_url=public_url)) as service:
        assert put(service, "google", google_body()).status_code == 200
        assert service.get(AT)["public_url"] == public_url
        apple, google = warnings(service)
        assert google is None
        assert apple is not None
        assert ("public_url" in apple) == (told is not None)
        assert told is None or told in apple


def test_p12_without_a_password(service: Service) -> None:
    body = {"certificate": encoded(p12(identity(), None))}
    assert put(service, "apple", body).status_code == 200
    assert UUID(service.card(service.customer("Amara"))["card"]["id"])
