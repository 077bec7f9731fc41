"""Common kinds of requests: one object, a list, a new object, a change."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from tests.fakes.stripe import listing
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.shapes import Thing

_Does = Callable[[Ledger, Form, str], Thing]


@dataclass(frozen=True)
class Endpoint:
    """Method and path, the package's type of the parameters, and those that the fake supports."""

    method: str
    path: str
    params: type
    does: _Does
    done: Collection[str] = ()


def one(kind: str, path: str, of: type) -> Endpoint:
    """Return the endpoint of an object by its id."""

    def does(ledger: Ledger, form: Form, thing_id: str) -> Thing:
        return ledger.get(kind, thing_id)

    return Endpoint("GET", f"/v1/{path}/{{id}}", of, does)


def several(
    path: str, of: type, find: Callable[[Ledger, Form], list[Thing]], done: Collection[str] = ()
) -> Endpoint:
    """Return the endpoint of a list by page; ``find`` returns all of it, oldest first."""

    def does(ledger: Ledger, form: Form, _: str) -> Thing:
        return listing.page(find(ledger, form), form, f"/v1/{path}")

    return Endpoint("GET", f"/v1/{path}", of, does, {*listing.PAGING, *done})


def new(
    path: str, of: type, make: Callable[[Ledger, Form], Thing], done: Collection[str]
) -> Endpoint:
    """Return the endpoint that creates an object."""
    return Endpoint("POST", f"/v1/{path}", of, lambda ledger, form, _: make(ledger, form), done)


def changed(
    kind: str,
    path: str,
    of: type,
    change: Callable[[Ledger, Thing, Form], Thing],
    done: Collection[str],
) -> Endpoint:
    """Return the endpoint that changes an object by its id."""

    def does(ledger: Ledger, form: Form, thing_id: str) -> Thing:
        return change(ledger, ledger.get(kind, thing_id), form)

    return Endpoint("POST", f"/v1/{path}/{{id}}", of, does, done)
