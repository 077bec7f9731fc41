"""Request parameters: decoded from their form, and validated as Stripe does."""

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, get_args, get_origin, is_typeddict
from urllib.parse import parse_qsl

from stripe import StripeObject
from stripe.params import CustomerUpdateParams

from tests.fakes.stripe.refusals import Refused, not_faked
from tests.fakes.stripe.typed import choices, hints, members

Form = dict[str, Any]

_PARTS = re.compile(r"\[([^\[\]]*)\]")


def decoded(text: str) -> Form:
    """Return texts, dictionaries and lists of a form such as ``line_items[0][price]=price_1``.

    Raises Refused for malformed names.
    """
    form: Form = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="strict"):
        first, _, rest = name.partition("[")
        if rest and f"[{rest}" != "".join(f"[{each}]" for each in _PARTS.findall(f"[{rest}")):
            raise Refused(f"Invalid parameter name: {name}", "parameter_unknown", name)
        path = [first, *_PARTS.findall(f"[{rest}" if rest else "")]
        at = form
        for part, following in pairwise(path):
            at = at.setdefault(part or str(len(at)), {})
            if not isinstance(at, dict):
                raise Refused(f"Invalid parameter: {name}", "parameter_unknown", following)
        at[path[-1] or str(len(at))] = value
    return {name: _with_lists(value) for name, value in form.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(each) for name, each in value.items()}
    if inner and all(name.isdecimal() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def checked(form: Form, params: type, done: Collection[str] = ()) -> Form:
    """Return the parameters converted to their types.

    ``params`` is their type in the package. ``done`` are those that the fake supports, with dots
    for parts (``line_items.price``).

    Raises Refused for what Stripe does not know, and for what the fake does not support.
    """
    values: Form = _mapping(form, params, "")
    for path in _paths(values):
        if (
            path
            and path.split(".")[0] != "expand"
            and not any(path == each or path.startswith(f"{each}.") for each in done)
        ):
            raise not_faked(f"the parameter {path}")
    return values


_UNSETTABLE = {CustomerUpdateParams: {"description", "email", "name", "phone"}}
"""Texts that an update clears by an empty one, which the package's types do not tell.

The types of Stripe's other packages do: ``EmptyParam`` in ``CustomerUpdateParams`` of stripe-java.
"""


def _paths(value: Any, before: str = "") -> list[str]:
    """Return the dotted names of all values that are not containers; list items have no part."""
    if isinstance(value, dict):
        inner = [
            path
            for name, each in value.items()
            for path in _paths(each, f"{before}.{name}" if before else name)
        ]
        return inner or [before]
    if isinstance(value, list):
        return [path for each in value for path in _paths(each, before)] or [before]
    return [before]


def _mapping(form: Form, params: Any, path: str) -> Form:
    known = hints(params)
    values: Form = {}
    for name, value in form.items():
        full = f"{path}[{name}]" if path else name
        if name not in known:
            raise Refused(f"Received unknown parameter: {full}", "parameter_unknown", full)
        unset = value == "" and name in _UNSETTABLE.get(params, ())
        values[name] = "" if unset else _value(value, known[name], full)
    for name in sorted(getattr(params, "__required_keys__", ())):
        if name in known and name not in values:
            full = f"{path}[{name}]" if path else name
            raise Refused(f"Missing required param: {full}.", "parameter_missing", full)
    return values


def _value(value: Any, kind: Any, path: str) -> Any:
    kinds = members(kind)
    if isinstance(value, dict):
        return _object(value, kinds, path)
    lists = [each for each in kinds if get_origin(each) is list]
    if isinstance(value, list):
        if not lists:
            raise Refused("Invalid string: {...}", param=path)
        inner = get_args(lists[0])[0]
        return [_value(each, inner, f"{path}[{at}]") for at, each in enumerate(value)]
    if value == "":
        if any("" in get_args(each) for each in kinds):
            return ""
        told = (
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' from "
            "your request or supply a non-empty value."
        )
        raise Refused(told, "parameter_invalid_empty", path)
    if lists:
        raise Refused("Invalid array", param=path)
    return _scalar(value, kind, path)


def _object(value: Form, kinds: tuple[Any, ...], path: str) -> Form:
    for each in kinds:
        if is_typeddict(each) or hasattr(each, "__required_keys__"):
            return _mapping(value, each, path)
        if get_origin(each) is dict or _untyped(each):
            return _metadata(value, path)
    raise Refused("Invalid string: {...}", param=path)


def _untyped(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, StripeObject)


def _metadata(value: Form, path: str) -> Form:
    """Return metadata within Stripe's limits. Raises Refused beyond them."""
    if len(value) > 50:
        raise Refused("Metadata can have up to 50 keys.", param=path)
    for name, text in value.items():
        if not isinstance(text, str):
            raise Refused("Metadata values must be strings.", param=f"{path}[{name}]")
        if len(name) > 40:
            told = f"Metadata keys can be up to 40 characters, but you passed {len(name)}."
            raise Refused(told, param=path)
        if len(text) > 500:
            told = f"Metadata values can have up to 500 characters, but you passed {len(text)}."
            raise Refused(told, param=f"{path}[{name}]")
    return dict(value)


def _scalar(value: str, kind: Any, path: str) -> Any:
    kinds = members(kind)
    allowed = choices(kind)
    if bool in kinds:
        if value not in {"true", "false"}:
            raise Refused(f"Invalid boolean: {value}", param=path)
        return value == "true"
    if int in kinds and (value.lstrip("-").isdecimal() or allowed is None):
        if not value.lstrip("-").isdecimal() or len(value) > 18:
            raise Refused(f"Invalid integer: {value}", "parameter_invalid_integer", path)
        return int(value)
    if Decimal in kinds or float in kinds:
        try:
            return Decimal(value)
        except InvalidOperation:
            raise Refused(f"Invalid decimal: {value}", param=path) from None
    if allowed is not None and value not in allowed:
        told = f"Invalid {path}: must be one of {', '.join(allowed[:-1])}, or {allowed[-1]}"
        raise Refused(
            told if len(allowed) > 1 else f"Invalid {path}: must be {allowed[0]}", None, path
        )
    if str not in kinds and allowed is None:
        raise Refused("Invalid object", param=path)
    return value
