"""Types of objects and parameters, read from the typed classes of Stripe's package.

The fake thus has the API version of the installed package, without copies of field names.
"""

import builtins
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from stripe import StripeObject
from stripe._request_options import RequestOptions
from typing_extensions import get_type_hints

NONE = type(None)


class _Names(dict[str, Any]):
    """Names as a module of the package sees them; some are imported for type checkers only."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return getattr(stripe, name, None) or type(name, (StripeObject,), {"OBJECT_NAME": name})


def hints(of: type) -> Mapping[str, Any]:
    """Return the type of each field of an object, or of each parameter of a request, by name."""
    return _read(of)


@cache
def _read(of: type) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    # Parameters inherit request options, such as the key, which are not sent as parameters.
    aside = RequestOptions.__annotations__ if hasattr(of, "__required_keys__") else {}
    for each in of.__mro__:
        own = vars(each).get("__annotations__", {})
        if not each.__module__.startswith("stripe") or each is StripeObject:
            continue
        wanted = {
            name: kind
            for name, kind in own.items()
            if not name.startswith("_")
            and name not in found
            and name != "OBJECT_NAME"
            and name not in aside
        }
        holder = type("Holder", (), {"__annotations__": wanted})
        names = _Names(vars(sys.modules[each.__module__]))
        found.update(get_type_hints(holder, globalns={}, localns=names))
    return found


def members(kind: Any) -> tuple[Any, ...]:
    """Return the alternatives of a type; a type that is not a union is its only one."""
    return get_args(kind) if get_origin(kind) is Union or isinstance(kind, _UNION) else (kind,)


_UNION = type(int | str)


def choices(kind: Any) -> tuple[str, ...] | None:
    """Return the values that a field of a fixed set may have; None if the set is not fixed.

    The package adds a plain ``str`` to each such set, for values of later versions.
    """
    literals = [each for each in members(kind) if get_origin(each) is Literal]
    values = tuple(str(value) for each in literals for value in get_args(each) if value != "")
    return values or None


def plain(kind: Any) -> type[StripeObject] | None:
    """Return the class of a nested object that is always inline; None for everything else.

    An object with an id of its own is represented by its id.
    """
    for each in members(kind):
        if isinstance(each, type) and issubclass(each, StripeObject):
            return None if hasattr(each, "OBJECT_NAME") else each
    return None
