"""Whole passes: files, manifest, and equal bytes for equal cards."""

import hashlib
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passes.apple.archive import SharedFiles
from passes.apple.content import read_content
from passes.apple.development import development_identity
from passes.apple.pkpass import PassTemplate, build_pkpass
from passes.apple.signing import AppleSigner
from passes.card import CardFacts, face_of
from passes.design import Design, ImageRole, Shows
from passes.errors import PassContentError
from tests.generated import examples
from tests.passes.apple.factories import (
    FACTS,
    ISSUE,
    TOKEN,
    Seal,
    content_of,
    design,
    designs,
    face,
    facts,
    field,
    picture,
    unpacked,
)
from tests.passes.apple.strings_files import read_strings

IMAGES = {ImageRole.STRIP: picture(ImageRole.STRIP, 1125, 432)}


def check_manifest(files: dict[str, bytes]) -> None:
    """Check that the manifest lists exactly the files other than itself and the signature."""
    manifest = json.loads(files["manifest.json"])
    rest = {
        name: data for name, data in files.items() if name not in ("manifest.json", "signature")
    }
    assert manifest == {
        name: hashlib.sha1(data, usedforsecurity=False).hexdigest() for name, data in rest.items()
    }


def test_the_files_of_a_pass_and_its_manifest() -> None:
    files = unpacked(build_pkpass(face(design(field(Shows.STATUS))), IMAGES, ISSUE, Seal()))
    pictures = {
        f"{name}{scale}.png" for name in ("icon", "logo", "strip") for scale in ("", "@2x", "@3x")
    }
    strings = {"en.lproj/pass.strings", "de.lproj/pass.strings"}
    assert set(files) == pictures | strings | {"pass.json", "manifest.json", "signature"}
    check_manifest(files)
    assert files["signature"] == hashlib.sha256(files["manifest.json"]).digest()
    german = read_strings(files["de.lproj/pass.strings"])
    assert german["Member card"] == "Mitgliedskarte"
    assert german["Active"] == "Aktiv"


def test_the_signature_is_that_of_the_manifest_in_the_pass() -> None:
    noon = datetime(2026, 12, 1, tzinfo=UTC)
    identity = development_identity(ISSUE.pass_type_id, ISSUE.team_id)
    files = unpacked(build_pkpass(face(design()), {}, ISSUE, AppleSigner(identity, lambda: noon)))
    check_manifest(files)
    assert files["signature"].startswith(b"\x30\x82"), "DER"
    assert hashlib.sha256(files["manifest.json"]).digest() in files["signature"]


def test_equal_cards_make_equal_bytes() -> None:
    card = face(design(field(Shows.CUSTOMER_NAME)))
    first = build_pkpass(card, IMAGES, ISSUE, Seal())
    again = Design.model_validate_json(card.design.model_dump_json())
    copied = {role: bytes(bytearray(data)) for role, data in IMAGES.items()}
    assert build_pkpass(face_of(again, FACTS), copied, ISSUE, Seal()) == first
    assert PassTemplate(again, copied, ISSUE, Seal()).build(card, TOKEN) == first
    renamed = face(card.design, customer_name="Grace Hopper")
    assert build_pkpass(renamed, IMAGES, ISSUE, Seal()) != first
    assert build_pkpass(card, {}, ISSUE, Seal()) != first
    other = replace(ISSUE, organization_name="Hillside Club")
    assert build_pkpass(card, IMAGES, other, Seal()) != first


def test_the_archive_has_no_traces_of_machine_and_time() -> None:
    with zipfile.ZipFile(BytesIO(build_pkpass(face(design()), {}, ISSUE, Seal()))) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.extra, entry.comment, entry.create_system) == (b"", b"", 3)
        assert archive.comment == b""


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), st.binary(), max_size=4),
    st.dictionaries(st.sampled_from(("pass.json", "signature", "ü")), st.binary(), max_size=3),
)
def test_an_archive_equals_that_of_zipfile(shared: dict[str, bytes], own: dict[str, bytes]) -> None:
    usual = {name: data for name, data in shared.items() if name not in own and "\x00" not in name}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in sorted(usual.items()) + list(own.items()):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    assert SharedFiles(usual).archive(own) == out.getvalue()


def test_the_manifest_has_the_sha1_of_all_files() -> None:
    shared = SharedFiles({"b.png": b"b" * 1000, "a.png": b"a"})
    hashes = json.loads(shared.manifest({"z": b"z"}))
    assert hashes == {
        "a.png": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8",
        "b.png": hashlib.sha1(b"b" * 1000, usedforsecurity=False).hexdigest(),
        "z": "395df8f7c51f007019cb30201c49e884b46b92fa",
    }


def test_a_template_builds_each_card_with_its_own_token() -> None:
    made = design(field(Shows.CUSTOMER_NAME))
    template = PassTemplate(made, IMAGES, replace(ISSUE, auth_token=None), Seal())
    cards = [
        (FACTS.model_copy(update={"card_id": uuid4(), "customer_name": name}), f"{name:->16}")
        for name in ("Ada", "Grace", "Alan")
    ]
    with ThreadPoolExecutor() as threads:
        built = list(
            threads.map(lambda card: template.build(face_of(made, card[0]), card[1]), cards * 20)
        )
    for (about, token), pkpass in zip(cards * 20, built, strict=True):
        content = content_of(pkpass)
        assert content["serialNumber"] == str(about.card_id)
        assert content["authenticationToken"] == token
        assert content["storeCard"]["secondaryFields"][0]["value"] == about.customer_name
        check_manifest(unpacked(pkpass))


def test_a_template_refuses_a_face_of_another_design() -> None:
    template = PassTemplate(design(), {}, ISSUE, Seal())
    with pytest.raises(PassContentError) as refused:
        template.build(face(design(field(Shows.PLAN))), TOKEN)
    assert refused.value.path == "design"


def test_a_token_that_is_too_short_is_refused() -> None:
    with pytest.raises(PassContentError) as refused:
        build_pkpass(face(design()), {}, replace(ISSUE, auth_token="x" * 15), Seal())
    assert refused.value.path == "authenticationToken"


def test_http_is_refused_unless_the_issuer_allows_it() -> None:
    local = replace(ISSUE, web_service_url="http://127.0.0.1:8000/apple/riverside")
    with pytest.raises(PassContentError) as refused:
        build_pkpass(face(design()), {}, local, Seal())
    assert refused.value.path == "webServiceURL"
    built = build_pkpass(face(design()), {}, replace(local, allow_http=True), Seal())
    assert content_of(built)["webServiceURL"] == local.web_service_url


@settings(max_examples=examples(60), deadline=None)
@given(designs(), facts)
def test_any_design_makes_a_valid_pass(made: Design, about: CardFacts) -> None:
    card = face_of(made, about)
    files = unpacked(build_pkpass(card, {}, ISSUE, Seal()))
    check_manifest(files)
    content = read_content(files["pass.json"])
    assert content.as_json() == files["pass.json"]
    ((_, form),) = content.styles()
    shown = [field.key for _, fields in form.groups() for field in fields]
    assert sorted(shown) == sorted(
        [each.key for each in card.fields] + [f"link-{n + 1}" for n in range(len(made.links))]
    )
    keys = [set(read_strings(files[name])) for name in files if name.endswith("/pass.strings")]
    assert len(keys) in (0, len(made.languages))
    assert all(each == keys[0] for each in keys)
