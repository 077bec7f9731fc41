"""Which formats of codes the desks of an organization look for."""

from typing import Any

import pytest

from api_client.messages.code_formats import CODE_FORMATS, DEFAULT_CODE_FORMATS, in_order
from membership.base.scopes import Scope
from scanner.formats import DEFAULT_FORMATS, KNOWN_FORMATS
from tests.membership.support import Service

DEFAULT = list(DEFAULT_CODE_FORMATS)


def test_service_and_scanner_have_the_same_formats() -> None:
    assert (CODE_FORMATS, DEFAULT_CODE_FORMATS) == (KNOWN_FORMATS, DEFAULT_FORMATS)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (["QRCode"], ["QRCode"]),
        (["Code39", "QRCode", "Code39"], ["QRCode", "Code39"]),
        (list(reversed(CODE_FORMATS)), list(CODE_FORMATS)),
        (None, DEFAULT),
    ],
)
def test_every_desk_gets_what_was_chosen(
    service: Service, sent: list[str] | None, stored: list[str]
) -> None:
    changed = service.patch("/v1/organization", code_formats=sent)
    assert changed["code_formats"] == stored
    assert service.get("/v1/desk")["code_formats"] == stored
    assert service.fresh().get("/v1/desk")["code_formats"] == DEFAULT
    assert service.patch("/v1/organization", code_formats=None)["code_formats"] == DEFAULT


@pytest.mark.parametrize(
    ("sent", "field", "named"),
    [
        (["QRCode", "Rune7"], "code_formats.1", "“Rune7”"),
        (["qrcode"], "code_formats.0", "“qrcode”"),
        (["QRCode", ""], "code_formats.1", "“”"),
        ([], "code_formats", "at least 1"),
        (["QRCode"] * 1000, "code_formats", "at most"),
        (["x" * 10_000], "code_formats.0", "at most 40"),
        ("QRCode", "code_formats", "tuple"),
        ([7], "code_formats.0", "string"),
    ],
)
def test_unknown_formats_are_refused_with_their_name(
    service: Service, sent: Any, field: str, named: str
) -> None:
    answer = service.call("PATCH", "/v1/organization", json={"code_formats": sent})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == f"body.{field}"
    assert named in error["message"]
    assert service.get("/v1/organization")["code_formats"] == DEFAULT


def test_who_changed_the_formats_is_kept(service: Service) -> None:
    service.patch("/v1/organization", code_formats=["QRCode", "ITF"])
    entry = service.get("/v1/audit", action="organization.changed")["items"][0]
    assert entry["before"] == {"code_formats": None}
    assert entry["after"] == {"code_formats": ["QRCode", "ITF"]}
    assert entry["actor"]


def test_only_who_may_manage_changes_them(service: Service) -> None:
    desk = service.key_with(Scope.SCANS_WRITE, Scope.ORGANIZATION_READ)
    body = {"code_formats": ["QRCode"]}
    assert service.call("PATCH", "/v1/organization", json=body, key=desk).status_code == 403
    assert service.call("GET", "/v1/desk", key=desk).json()["code_formats"] == DEFAULT


def test_names_of_a_newer_service_are_kept_behind_the_known_ones() -> None:
    assert in_order(["Rune7", "ITF", "QRCode", "Rune7"]) == ("QRCode", "ITF", "Rune7")
