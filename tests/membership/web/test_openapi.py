"""The description of the API reads like documentation: every route, body, parameter and field.

Each test walks what the app itself describes, so that a new route cannot be forgotten, and
prints all that is missing, not only the first of it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import membership
from api_client.client import GOOD
from tests.membership.application import api_document

Node = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
SELF_EXPLAINING = ("limit", "cursor")
"""Query parameters that are the same everywhere, and described."""
TELLING_TYPE = ("type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const")


@pytest.fixture(scope="module")
def described() -> Node:
    """The description that the app gives of itself."""
    return dict(api_document().text)


def operations(described: Node) -> Iterator[tuple[str, Node]]:
    """Each operation with its name, such as ``POST /v1/scans``."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def schema_of(described: Node, schema: Node) -> Node:
    """The schema that another one refers to, or itself."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Node = described["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def report(missing: list[str]) -> str:
    """All that is missing, one a line."""
    return "\n".join(["", *missing])


def test_the_whole_is_introduced(described: Node) -> None:
    info = described["info"]
    assert info["title"]
    assert info["summary"]
    for told in ("Authorization: Bearer", "Idempotency-Key", "next_cursor", "problem+json"):
        assert told in info["description"]


def test_codes_that_are_told_exist(described: Node) -> None:
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(membership.__path__[0]).rglob("*.py")
    )
    told = {("the whole", described["info"]["description"])}
    told |= {(name, operation["description"]) for name, operation in operations(described)}
    unknown = []
    for name, text in sorted(told):
        listed = text.partition("Errors:" if name != "the whole" else "| status |")[2]
        codes = re.findall(r"`([a-z]+(?:_[a-z]+)+)`", listed)
        unknown += [f"{name}: {code}" for code in codes if f'"{code}"' not in sources]
    assert not unknown, report(unknown)


def test_every_route_has_a_text_a_summary_and_a_described_group(described: Node) -> None:
    groups = {tag["name"] for tag in described["tags"] if tag["description"]}
    missing = []
    for name, operation in operations(described):
        if len(operation.get("description", "")) < 10:
            missing.append(f"{name}: a docstring that tells what it does")
        if not operation.get("summary"):
            missing.append(f"{name}: a summary")
        if not operation.get("tags"):
            missing.append(f"{name}: a tag")
        missing += [
            f"{name}: a description of the tag {tag}"
            for tag in operation.get("tags", [])
            if tag not in groups
        ]
    assert not missing, report(missing)


def test_every_described_group_has_routes(described: Node) -> None:
    used = {tag for _, operation in operations(described) for tag in operation["tags"]}
    assert [tag["name"] for tag in described["tags"] if tag["name"] not in used] == []


def test_no_two_routes_share_an_id(described: Node) -> None:
    ids = [operation["operationId"] for _, operation in operations(described)]
    assert len(ids) == len(set(ids))


def has_example(described: Node, node: Node) -> bool:
    """Whether a parameter, a body or a field shows how it may look."""
    shown = node.get("schema", node)
    schema = schema_of(described, shown)
    if any(key in each for each in (node, shown) for key in ("example", "examples", "const")):
        return True
    if any(key in schema for key in ("example", "examples", "enum", "const")):
        return True
    if schema.get("type") == "boolean":
        return True
    if schema.get("type") == "array":
        return has_example(described, schema["items"])
    choices: list[Node] = schema.get("anyOf") or schema.get("oneOf") or []
    wanted = [each for each in choices if each.get("type") != "null"]
    return bool(wanted) and all(has_example(described, each) for each in wanted)


def fields_without_example(described: Node, schema: Node, path: str) -> list[str]:
    """Names of the fields of a body for which there is no example."""
    schema = schema_of(described, schema)
    if "properties" not in schema:
        return [path]
    found = []
    for name, field in schema["properties"].items():
        if has_example(described, field):
            continue
        choices = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
        nested = schema_of(described, choices[0]) if len(choices) == 1 else {}
        if nested.get("type") == "array":
            nested = schema_of(described, nested["items"])
        if "properties" in nested:
            found += fields_without_example(described, nested, f"{path}.{name}")
        else:
            found.append(f"{path}.{name}")
    return found


def test_every_request_body_has_an_example(described: Node) -> None:
    missing = []
    for name, operation in operations(described):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            if kind == "application/octet-stream" or has_example(described, content):
                continue  # an image cannot be shown in a description
            fields = fields_without_example(described, content["schema"], "body")
            missing += [f"{name} ({kind}): an example of {field}" for field in fields]
    assert not missing, report(missing)


def test_every_parameter_is_described_and_has_an_example(described: Node) -> None:
    missing = []
    for name, operation in operations(described):
        for parameter in operation.get("parameters", []):
            where, called = parameter["in"], parameter["name"]
            schema = parameter["schema"]
            if parameter.get("deprecated"):
                continue
            if not (parameter.get("description") or schema.get("description")):
                missing.append(f"{name}: a description of {called}")
            if where == "path" and not has_example(described, parameter):
                missing.append(f"{name}: an example of {called}")
            if where == "query" and called not in SELF_EXPLAINING:
                formats = {each.get("format") for each in (schema, *schema.get("anyOf", []))}
                if not has_example(described, parameter) and not formats & {"uuid", "date-time"}:
                    missing.append(f"{name}: an example of {called}")
    assert not missing, report(missing)


def test_every_field_has_a_type(described: Node) -> None:
    missing = []
    for name, schema in described["components"]["schemas"].items():
        if not any(key in schema for key in TELLING_TYPE):
            missing.append(f"{name}: a type")
        for field, told in schema.get("properties", {}).items():
            if not any(key in told for key in TELLING_TYPE):
                missing.append(f"{name}.{field}: a type")
            if told.get("type") == "array" and not told.get("items", told.get("prefixItems")):
                missing.append(f"{name}.{field}: a type of its items")
    assert not missing, report(missing)


def references(node: Any) -> Iterator[str]:
    """Names of the schemas that a part of the description refers to."""
    if isinstance(node, list):
        for part in node:
            yield from references(part)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield str(node["$ref"]).rpartition("/")[2]
        for part in node.values():
            yield from references(part)


def test_every_reference_leads_to_a_schema(described: Node) -> None:
    assert set(references(described)) <= set(described["components"]["schemas"])


def test_every_schema_of_ours_is_described(described: Node) -> None:
    by_framework = {"HTTPValidationError", "ValidationError"}
    missing = [
        f"{name}: a docstring"
        for name, schema in described["components"]["schemas"].items()
        if not schema.get("description") and name not in by_framework
    ]
    assert not missing, report(missing)


def test_every_answer_is_typed(described: Node) -> None:
    missing = []
    for name, operation in operations(described):
        for status, answer in operation["responses"].items():
            json_answer = answer.get("content", {}).get("application/json")
            if json_answer is not None and not json_answer.get("schema"):
                missing.append(f"{name}: a schema of the answer {status}")
    assert not missing, report(missing)


def test_errors_are_problems(described: Node) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    missing = []
    for name, operation in operations(described):
        for status in ("4XX", "5XX"):
            content = operation["responses"].get(status, {}).get("content", {})
            if content.get("application/problem+json", {}).get("schema") != problem:
                missing.append(f"{name}: {status} as a problem")
    assert not missing, report(missing)


def test_the_desk_takes_every_good_answer_that_is_described(described: Node) -> None:
    """A mail that was queued (202) was an answer of somebody else to it."""
    answers = {
        (name, int(status))
        for name, operation in operations(described)
        for status in operation["responses"]
        if status.startswith("2")
    }
    assert {status for _, status in answers} == GOOD
