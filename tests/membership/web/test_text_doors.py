"""One type of text at every door: fields of requests, files, commands, claims of tokens.

What a text may consist of is tested in ``tests/passes/test_characters.py``.
"""

import io
import json
import typing
from collections.abc import Iterator
from typing import Any, get_args, get_origin
from uuid import UUID, uuid4

import pytest
from fastapi.routing import iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, EmailStr, TypeAdapter, ValidationError
from sqlalchemy import update

from membership.commands.database import create_key, create_organization
from membership.data.imports.run.worker import ImportWorker
from membership.store.models import CardDesignVersion, Customer, Plan
from membership.web.lazy_routes import LazilyRouted
from passes.characters import valid_line, valid_paragraph
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE
from tests.membership.every_route import Document, document_of, replaced, texts_in
from tests.membership.support import Service, arranging
from tests.membership.wallet.designs.making import content, make_design

LOOKED_UP = "is compared with what is stored, and not stored"
SECRET = "is verified, and not shown"
PARSED = "is parsed: what is stored has letters, digits and dots only"
OTHER_TYPES = {
    "SignIn.organization": LOOKED_UP,
    "SignIn.email": LOOKED_UP,
    "ResetWish.organization": LOOKED_UP,
    "ResetWish.email": LOOKED_UP,
    "EraseRequest.confirm": LOOKED_UP,
    "AccessQuestion.card": LOOKED_UP,
    "AccessQuestion.keys": LOOKED_UP,
    "ScanRequest.text": LOOKED_UP,
    "ScanRequest.desk": "no name of a desk fails a scan: what is not allowed is dropped",
    "ScanRequest.alternatives": LOOKED_UP,
    "OrganizationChange.code_formats": "is one of the formats that cameras know",
    "OrganizationChange.time_zone": "is the name of a zone that exists",
    "GivenCode.code": "is what a scanner reads; the service that stores it tests its characters",
    "SignupChange.allowed_origins": PARSED,
    "KeySet.keys": PARSED,
    "NewAppleIdentity.certificate": PARSED,
    "NewAppleIdentity.wwdr": PARSED,
    "SiteToken.token": SECRET,
}
"""Text fields of requests that are neither text for people nor have a pattern, and why."""


@pytest.fixture(scope="module")
def backend() -> str:
    """SQLite: what is refused is refused before a database is asked."""
    return SQLITE


@pytest.fixture
def app(service: Service) -> LazilyRouted:
    """The application, with all its routes loaded."""
    made = new_app(service.settings, service.database)
    made.load_all()
    return made


def request_models(app: LazilyRouted) -> list[type[BaseModel]]:
    """All models of bodies of requests, with the models inside them."""
    found: dict[type[BaseModel], None] = {}

    def take(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation in found:
                return
            found[annotation] = None
            for field in annotation.model_fields.values():
                take(field.annotation)
        for part in get_args(annotation):
            take(part)

    def bodies(dependant: Any) -> Iterator[Any]:
        yield from dependant.body_params
        for inner in dependant.dependencies:
            yield from bodies(inner)

    for context in iter_route_contexts(app.routes):
        dependant = getattr(context.original_route, "dependant", None)
        for body in bodies(dependant) if dependant is not None else ():
            take(body.field_info.annotation)
    return list(found)


def texts_of(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """What is annotated at each ``str`` inside a type."""
    if annotation is str:
        yield metadata
        return
    inner = metadata if get_origin(annotation) in {typing.Union, type(int | str)} else ()
    if get_origin(annotation) is typing.Annotated:
        annotation, *more = get_args(annotation)
        yield from texts_of(annotation, (*metadata, *more))
        return
    for part in get_args(annotation):
        yield from texts_of(part, inner)


def is_safe(metadata: tuple[Any, ...]) -> bool:
    """Whether a ``str`` is text for people, or has a pattern (tested below)."""
    return any(
        (isinstance(each, AfterValidator) and each.func in {valid_line, valid_paragraph})
        or getattr(each, "pattern", None) is not None
        for each in metadata
    )


def test_every_text_field_is_of_the_type_or_listed(app: LazilyRouted) -> None:
    models = request_models(app)
    assert len(models) > 40
    other = {
        f"{model.__name__}.{name}"
        for model in models
        for name, field in model.model_fields.items()
        for metadata in texts_of(field.annotation, tuple(field.metadata))
        if not is_safe(metadata)
    }
    assert other == set(OTHER_TYPES)


BAD = ("Ada\u2028ACTIVE", "Ada\u202ex", "A\u200bda", "\ufeffAda", "Ada\ue000", "A\u00adda")


def test_every_text_of_every_request_is_refused_by_its_place(
    service: Service, app: LazilyRouted
) -> None:
    document: Document = document_of(app)
    names = {name.rpartition(".")[2] for name in OTHER_TYPES}
    names |= {"password", "current_password", "new_password", "token", "ticket", "refresh_token"}
    names.add("device_token")  # one that nobody gave out counts as none
    names |= {"private_key", "kid", "x"}  # parsed with their key
    wrong, sent = [], 0
    for route in document.routes:
        if route.body is None:
            continue
        whole = document.example(route.body, everything=True)
        for place in texts_in(whole):
            if names.intersection(place):
                continue
            text = BAD[sent % len(BAD)]
            path = route.path.format(**dict.fromkeys(route.path_names, uuid4()))
            body = json.dumps(replaced(whole, place, text)).encode()
            headers = {"Content-Type": "application/json"}
            answer = service.call(route.method, path, data=body, headers=headers)
            sent += 1
            if answer.status_code not in {401, 422}:
                wrong.append((route.name, place, answer.status_code, answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))
    assert sent > 100


@pytest.mark.parametrize("bad", BAD)
def test_the_answer_names_field_character_and_position(service: Service, bad: str) -> None:
    answer = service.call("POST", "/v1/customers", json={"given_name": "x", "family_name": bad})
    index = next(place for place, each in enumerate(bad) if not each.isprintable())
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "body.family_name")
    assert f"U+{ord(bad[index]):04X} at position {index + 1} is not allowed" in error["message"]


@given(
    st.text("abcä", max_size=4),
    st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Co"]),
    st.sampled_from(
        ["{}@example.com", "a@{}example.com", '"{}"@example.com', "A <{}@example.com>"]
    ),
)
def test_addresses_have_none_of_them(around: str, bad: str, form: str) -> None:
    address = form.format(f"a{around}{bad}{around}b")
    try:
        taken = TypeAdapter(EmailStr).validate_python(address)
    except ValidationError:
        return
    assert bad not in taken


def test_files_are_refused_by_line_and_column(service: Service) -> None:
    rows = ["given_name,family_name,desk_note", "Ada,Moreau,ok"]
    rows += [f"{bad},x,y" for bad in BAD] + ["Bela,x,a\u202eb", "می\u200cخواهم,x,y"]
    data = "\n".join(rows).encode()
    made = service.post("/v1/imports", {"kind": "customers", "file_name": "a.csv"})
    path = f"/v1/imports/{made['id']}"
    assert service.call("PUT", f"{path}/file", data=io.BytesIO(data)).ok
    assert service.post(f"{path}/start", {}, status=200)
    report = finished(service, path)
    refused = {each["line"]: each["message"] for each in report if each["outcome"] == "refused"}
    assert set(refused) == set(range(3, 10))
    assert refused[3].startswith("given_name: ")
    assert "U+2028 at position 4 is not allowed" in refused[3]
    assert "desk_note: " in refused[9]


def finished(service: Service, path: str) -> list[Any]:
    """Work on an import until it has ended; returns the lines of its report."""
    worker = ImportWorker()
    while worker.step(service.database, service.clock):
        pass
    return list(service.get(f"{path}/report", limit=100)["items"])


def test_commands_refuse_them(service: Service) -> None:
    with pytest.raises(ValueError, match=r"name: .*U\+202E at position 2"):
        create_organization(
            service.settings, name="A\u202eb", slug="a", time_zone="Europe/Berlin", currency="EUR"
        )
    with pytest.raises(ValueError, match=r"name: .*U\+200B at position 2"):
        create_key(service.settings, organization=service.tenant.slug, name="A\u200bb")


def test_what_is_stored_stays_readable(service: Service) -> None:
    customer, plan = service.customer(), service.plan()
    design = make_design(service)["id"]
    stored = content(title={"en": "Card\u2028ACTIVE"})
    with arranging(service.database) as session:
        session.execute(
            update(Customer).where(Customer.id == UUID(customer)).values(given_name="A\u202eb")
        )
        session.execute(update(Plan).where(Plan.id == UUID(plan)).values(name="Gold\u200b"))
        session.execute(
            update(CardDesignVersion)
            .where(CardDesignVersion.design_id == UUID(design))
            .values(content=stored)
        )
    assert service.get(f"/v1/customers/{customer}")["given_name"] == "A\u202eb"
    assert service.get(f"/v1/plans/{plan}")["name"] == "Gold\u200b"
    shown = service.get(f"/v1/card-designs/{design}")["design"]
    assert shown["title"] == stored["title"]
    assert service.patch(f"/v1/customers/{customer}", desk_note="Hi")["given_name"] == "A\u202eb"
    body = {"name": "Gold", "design": content(), "version": 1}
    assert service.call("PUT", f"/v1/card-designs/{design}", json=body).ok
