"""Validates JSON strictly against Google's discovery document of the Google Wallet API.

Google's services ignore unknown keys; here each one is an error, and so is a value of another type,
outside an enum, or deprecated by the document.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

_PLAIN: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_INT64 = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_REQUIRED = re.compile(r"^Required\b")
# Required by the reference, where the document uses other words.
_ALSO_REQUIRED = {"LoyaltyPoints": {"balance"}}


@lru_cache(maxsize=1)
def document() -> Any:
    """Return the discovery document ``walletobjects.v1`` of google-api-python-client."""
    folder = files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / "walletobjects.v1.json").read_text("utf-8"))


def faults(schema: str, value: Any, *, patch: bool = False) -> list[str]:
    """Return the errors of a value of a schema such as ``LoyaltyClass``, with paths.

    A ``patch`` may omit required keys, and clears keys by null.
    """
    return list(_of_object(document()["schemas"][schema], schema, value, "", patch=patch))


def _of_object(
    schema: Mapping[str, Any], name: str, value: Any, path: str, *, patch: bool
) -> Iterator[str]:
    """Yield the errors of an object."""
    if not isinstance(value, dict):
        yield f"{path}: not an object"
        return
    known = schema["properties"]
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        if key not in known:
            yield f"{place}: there is no such key in {name}"
        elif inner is None:
            if not patch:
                yield f"{place}: null"
        elif known[key].get("deprecated"):
            yield f"{place}: deprecated"
        else:
            yield from _of_value(known[key], inner, place, patch=patch)
    if not patch:
        for key, inner in known.items():
            required = _REQUIRED.match(inner.get("description", "")) or (
                key in _ALSO_REQUIRED.get(name, ())
            )
            if required and key not in value:
                yield f"{path}.{key}".removeprefix(".") + ": required, and missing"


def _of_value(schema: Mapping[str, Any], value: Any, path: str, *, patch: bool) -> Iterator[str]:
    """Yield the errors of a value of any type."""
    if "$ref" in schema:
        inner = document()["schemas"][schema["$ref"]]
        yield from _of_object(inner, schema["$ref"], value, path, patch=patch)
    elif schema["type"] == "array":
        if not isinstance(value, list):
            yield f"{path}: not a list"
            return
        for at, item in enumerate(value):
            # A list is replaced as a whole, so its items are never patches.
            yield from _of_value(schema["items"], item, f"{path}[{at}]", patch=False)
    else:
        yield from _of_plain(schema, value, path)


def _of_plain(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    """Yield the errors of a text, number or boolean."""
    kind = schema["type"]
    if not isinstance(value, _PLAIN[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{path}: {type(value).__name__} where {kind} is wanted"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of the values"
    elif schema.get("format") == "int64" and not _INT64.fullmatch(str(value)):
        yield f"{path}: no number"
