"""The parameter ``expand``: replaces ids by objects, and adds lists that are omitted by default."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tests.fakes.stripe import checkout
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.shapes import Thing, listed


def _payments(ledger: Ledger, invoice: Thing) -> Thing:
    return listed("/v1/invoice_payments", ledger.all("invoice_payment", invoice=invoice["id"]))


def _refunds(ledger: Ledger, charge: Thing) -> Thing:
    found = ledger.all("refund", charge=charge["id"])
    return listed(f"/v1/charges/{charge['id']}/refunds", found[::-1])


_ASKED_FOR: dict[tuple[str, str], Callable[[Ledger, Thing], Thing]] = {
    ("invoice", "payments"): _payments,
    ("charge", "refunds"): _refunds,
    ("checkout.session", "line_items"): checkout.lines_of,
}


_DEEPEST = 4


def expanded(ledger: Ledger, answer: Thing, paths: list[str]) -> Thing:
    """Return a copy of an answer with the paths expanded. Raises Refused for impossible ones."""
    whole = deepcopy(answer)
    for path in paths:
        if path.count(".") >= _DEEPEST:
            told = f"You cannot expand more than {_DEEPEST} levels of a property ({path})."
            raise Refused(told, param="expand")
        _expand(ledger, whole, path.split("."), path)
    return whole


def _expand(ledger: Ledger, at: Any, parts: list[str], path: str) -> None:
    if isinstance(at, list):
        for each in at:
            _expand(ledger, each, parts, path)
        return
    if not isinstance(at, dict):
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    name, rest = parts[0], parts[1:]
    asked = _ASKED_FOR.get((str(at.get("object")), name))
    if asked is not None and name not in at:
        at[name] = deepcopy(asked(ledger, at))
    if name not in at or (at[name] is not None and not _known(ledger, at[name])):
        raise Refused(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(at[name], str):
        at[name] = deepcopy(ledger.things[at[name]])
    if rest and at[name] is not None:
        _expand(ledger, at[name], rest, path)


def _known(ledger: Ledger, value: Any) -> bool:
    return isinstance(value, dict | list) or (isinstance(value, str) and value in ledger.things)
