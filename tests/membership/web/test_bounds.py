"""Every text, list and number that a request may hold has a bound, in every route.

A bound is a largest length, or a pattern that no long text matches; of a number both ends.
Parts of the path, headers and cookies are bounded by the web server's limit of a head: they are
left out.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field, StringConstraints, TypeAdapter

from membership.base.settings import ServiceSettings
from membership.checkin.access_checks.schemas import Asked
from membership.store.database import open_database
from membership.wallet.apple.web_service.schemas import LogEntries, PushToken
from tests.conftest import ROOT
from tests.membership.application import new_app
from tests.membership.support import Service

Node = Mapping[str, Any]
Small = Annotated[int, Field(ge=0, le=9)]
_SHORT_FORMATS = frozenset({"uuid", "date", "date-time"})
_BYTES = "binary"
"""The body itself: a photo or a picture, bounded by ``max_body_bytes``."""


def unbounded(node: Node, schemas: Mapping[str, Node], path: str) -> Iterator[str]:
    """The places of a schema where something may be of any length."""
    yield from _unbounded(node, schemas, path, frozenset())


def _unbounded(
    node: Node, schemas: Mapping[str, Node], path: str, above: frozenset[str]
) -> Iterator[str]:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name in above:
            yield f"{path} nests without an end"
        else:
            yield from _unbounded(schemas[name], schemas, path, above | {name})
        return
    if "enum" in node or "const" in node:
        return
    several = [each for key in ("anyOf", "oneOf", "allOf") for each in node.get(key, ())]
    for each in several:
        yield from _unbounded(each, schemas, path, above)
    match node.get("type"):
        case "string":
            if not _is_short(node):
                yield f"{path} is a text of any length"
        case "array":
            yield from _unbounded_list(node, schemas, path, above)
        case "integer" | "number":
            yield from _open_ends(node, path)
        case "object":
            yield from _unbounded_object(node, schemas, path, above)
        case None if not several:
            yield f"{path} may be anything"


def _unbounded_list(
    node: Node, schemas: Mapping[str, Node], path: str, above: frozenset[str]
) -> Iterator[str]:
    if "maxItems" not in node:
        yield f"{path} is a list of any length"
    for each in (*node.get("prefixItems", ()), *filter(None, [node.get("items")])):
        yield from _unbounded(each, schemas, f"{path}[]", above)


def _open_ends(node: Node, path: str) -> Iterator[str]:
    for end, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if end not in node and exclusive not in node:
            yield f"{path} is a number without a {end}"


def _unbounded_object(
    node: Node, schemas: Mapping[str, Node], path: str, above: frozenset[str]
) -> Iterator[str]:
    for name, each in node.get("properties", {}).items():
        yield from _unbounded(each, schemas, f"{path}.{name}", above)
    free = [*node.get("patternProperties", {}).values(), node.get("additionalProperties", False)]
    if any(free) and "maxProperties" not in node:
        yield f"{path} has any number of members"
    for each in free:
        if isinstance(each, dict):
            yield from _unbounded(each, schemas, f"{path}{{}}", above)
    if not node.get("properties") and not any(free):
        yield f"{path} has no members"


def _is_short(node: Node) -> bool:
    """Whether a text has a bound."""
    if "maxLength" in node or node.get("format") in {*_SHORT_FORMATS, _BYTES}:
        return True
    pattern = node.get("pattern", "")
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return False
    plain = re.sub(r"\[(?:\\.|[^\]])*\]", "c", re.sub(r"\\[^\]]", "c", pattern))
    return re.search(r"[*+]|\{\d+,\}", plain) is None


def _parameters(taken: Dependant) -> Iterator[tuple[str, Any]]:
    """Parameters of the query and the body, those of dependencies included."""
    for kind, fields in (("query", taken.query_params), ("body", taken.body_params)):
        yield from ((kind, each) for each in fields)
    for each in taken.dependencies:
        yield from _parameters(each)


def test_every_request_is_bounded(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = ServiceSettings(data_dir=tmp_path_factory.mktemp("data"))
    database = open_database(settings)
    found, seen = set(), 0
    for context in iter_route_contexts(new_app(settings, database).routes):
        taken = getattr(context, "dependant", None)
        for kind, field in [] if taken is None else _parameters(taken):
            seen += 1
            info = field.field_info
            adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
            schema = adapter.json_schema()
            name = f"{context.path} {kind} {field.name}"
            found |= set(unbounded(schema, schema.get("$defs", {}), name))
    database.engine.dispose()
    assert seen > 150
    # A newer desk may send more, which is counted and dropped; the body has its largest size.
    assert sorted(found) == ["/v1/scans body scan has any number of members"]


READ_BY_HAND: tuple[type[BaseModel], ...] = (Asked, PushToken, LogEntries)
"""What routes read from a request by themselves, which FastAPI does not know."""


def test_what_routes_read_by_themselves_is_bounded() -> None:
    found = [
        each
        for model in READ_BY_HAND
        for schema in [model.model_json_schema()]
        for each in unbounded(schema, schema.get("$defs", {}), model.__name__)
    ]
    assert found == []
    reading = re.compile(r"(?:parse_query\(request, |[ =(]_read\()(\w+)\b(?!: )")
    files = (ROOT / "membership").rglob("*routes.py")
    named = {name for file in files for name in reading.findall(file.read_text(encoding="utf-8"))}
    assert named == {model.__name__ for model in READ_BY_HAND}


class _Loose(BaseModel):
    """What must be found."""

    text: str
    pattern: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    unanchored: Annotated[str, StringConstraints(pattern=r"[a-z]{2}")]
    texts: Annotated[list[str], Field(max_length=3)]
    several: tuple[Small, ...]
    perhaps: str | None = None
    named: dict[str, Small]
    anything: Any
    count: int
    least: Annotated[float, Field(ge=0)]


class _Tight(BaseModel):
    """What must not be found."""

    text: Annotated[str, Field(max_length=5)]
    pattern: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,9}$")]
    several: Annotated[tuple[Small, ...], Field(max_length=3)]
    perhaps: Annotated[str, Field(max_length=5)] | None = None
    named: Annotated[dict[str, Small], Field(max_length=3)]
    count: Annotated[int, Field(gt=0, lt=9)] | None = None


def test_what_is_unbounded_is_found() -> None:
    schema = _Loose.model_json_schema()
    found = [each.split(" ")[0] for each in unbounded(schema, schema.get("$defs", {}), "x")]
    assert found == [
        "x.text", "x.pattern", "x.unanchored", "x.texts[]", "x.several", "x.perhaps", "x.named",
        "x.anything", "x.count", "x.count", "x.least",
    ]  # fmt: skip
    schema = _Tight.model_json_schema()
    assert list(unbounded(schema, schema.get("$defs", {}), "x")) == []


@pytest.mark.parametrize("language", ["de" + "-abcdefgh" * 4, "de" + "-abcdefgh" * 250_000])
def test_a_language_is_not_a_book(service: Service, language: str) -> None:
    body = {"given_name": "Amara", "language": language}
    assert service.call("POST", "/v1/customers", json=body).status_code in (413, 422)
    customer = service.customer(language="zh-cmn-Hant-HK")
    body = {"language": language}
    answer = service.call("PATCH", f"/v1/customers/{customer}", json=body)
    assert answer.status_code in (413, 422)
    assert len(service.call("GET", "/v1/customers/search?q=Amara").content) < 10_000
