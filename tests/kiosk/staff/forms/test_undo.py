"""Every change of the desk is undone by something, or is final and asked about before."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from api_client.messages.cards import CardRecord, IssuedCard
from api_client.messages.management import ChangeView, CustomerRecord
from kiosk.staff import forms
from kiosk.staff.forms.card import CardForms
from kiosk.staff.forms.company import company_form
from kiosk.staff.forms.customer import customer_form
from kiosk.staff.forms.links import Company, unlink_form
from kiosk.staff.forms.membership import MembershipForms
from kiosk.staff.words.membership import held_line
from kiosk.texts import Texts
from tests.kiosk.answers import AMARA, NOON, membership
from tests.kiosk.staff.card_messages import record
from tests.kiosk.staff.messages import company, profile, sold
from tests.kiosk.staff.staff_desk import Recorder

UNDONE, FINAL, KEPT, ITSELF = "undone by its toast", "final", "kept", "undoes something"
CHANGES = {
    "account.begin_form": KEPT,  # a secret that counts only once it is confirmed
    "account.confirm_form": KEPT,  # removed by the form of that
    "account.demand_form": KEPT,  # a choice of two, made again
    "account.end_form": FINAL,
    "account.password_form": KEPT,  # the former password has to be typed: changed again
    "account.remove_form": FINAL,
    "api_keys.key_form": UNDONE,
    "api_keys.revoke_form": FINAL,
    "card.issue": UNDONE,
    "card.mail": KEPT,  # a mail cannot be called back; its link can, by a new one
    "card.new_link": KEPT,  # the form says that the former link opens nothing any more
    "card.replace": FINAL,
    "card.revoke": FINAL,
    "company.company_form": UNDONE,
    "customer.customer_form": UNDONE,
    "customer.end_logins_form": FINAL,
    "design.new_design_form": UNDONE,
    "erase.erase_form": FINAL,
    "first_run.club_form": UNDONE,
    "first_run.first_member_form": KEPT,  # the first steps of a club: gone on with in the profile
    "first_run.first_plan_form": KEPT,  # the same: edited in the plan
    "give.give_form": KEPT,  # its page says what was given, with Undo
    "give.take_back_form": FINAL,
    "links.company_link_form": UNDONE,
    "links.person_form": UNDONE,
    "links.unlink_form": UNDONE,
    "membership.end": UNDONE,
    "membership.extend": UNDONE,
    "membership.undo": ITSELF,
    "merge.merge_form": FINAL,
    "numbers.numbers_form": UNDONE,
    "payment.void_form": FINAL,
    "permission.delete_form": FINAL,
    "permission.rename_form": UNDONE,
    "plan.plan_form": UNDONE,
    "plan_change.change_form": UNDONE,
    "plan_change.keep_plan_form": ITSELF,
    "receipts.receipts_form": UNDONE,
    "sale.sale_form": UNDONE,
    "seats.seats_form": UNDONE,
    "site_keys.keys_form": KEPT,  # revoked by the button beside each key
    "site_keys.revoke_form": FINAL,
    "stripe.connect_form": KEPT,  # disconnected by the form of that
    "stripe.disconnect_form": FINAL,
    "subscription.cancel_form": UNDONE,
    "subscription.end_form": FINAL,
    "subscription.keep_form": UNDONE,
    "subscription.order_form": KEPT,  # nothing is sold until it is paid
    "subscription.refund_form": FINAL,
    "subscription.settle_form": KEPT,  # a mark that somebody has seen to it
}
"""Each form, and what becomes of what it did."""
BY_THEIR_PARTS = {
    "links.company_link_form": "links._link_form",
    "links.person_form": "links._link_form",
    "numbers.numbers_form": "organization.add_switch",
    "seats.seats_form": "organization.add_switch",
    "sale.sale_form": "controllers/sale.py",
    "customer.customer_form": "customer._filled_of",
}
"""Where it says how it is undone, if that is not the form itself."""


def functions() -> dict[str, ast.FunctionDef]:
    """Every function of the forms, by the names of its file and itself."""
    return {
        f"{file.stem}.{node.name}": node
        for file in Path(forms.__path__[0]).glob("*.py")
        for node in _defined(ast.parse(file.read_text(encoding="utf-8")))
    }


def _defined(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions and methods of a module, without those inside of them."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (each for each in inside if isinstance(each, ast.FunctionDef))


def returns_form(node: ast.FunctionDef) -> bool:
    """Whether a function returns a form with what its values become."""
    said = "" if node.returns is None else ast.unparse(node.returns)
    public = not node.name.startswith("_")
    whole = said.startswith("tuple[") and "Form" in said and "Filled[" in said
    return public and (whole or said == "LinkForm")


def test_every_form_is_in_the_table() -> None:
    found = {name for name, node in functions().items() if returns_form(node)}
    assert found == set(CHANGES)


@pytest.mark.parametrize("name", [name for name, kind in CHANGES.items() if kind is UNDONE])
def test_what_can_be_undone_says_how(name: str) -> None:
    place = BY_THEIR_PARTS.get(name, name)
    if place.endswith(".py"):
        source = (Path(forms.__path__[0]).parent / place).read_text(encoding="utf-8")
        assert "undo=" in source
    else:
        assert "form.undo = " in ast.unparse(functions()[place])


@pytest.mark.parametrize("name", [name for name, kind in CHANGES.items() if kind is FINAL])
def test_what_is_final_is_asked_in_red_with_cancel_in_focus(name: str) -> None:
    assert "final=True" in ast.unparse(functions()[name])


EN = Texts("en")


def undone(undo: Any, answer: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """What undoing a change asks the service."""
    client: Any = Recorder()
    made = undo(answer)
    assert made is not None
    made.call(client, "once")
    return client.asked  # type: ignore[no-any-return]


def test_fields_are_stored_again_as_they_were(qtbot: QtBot) -> None:
    form, filled = customer_form(EN, profile())
    qtbot.addWidget(form)
    client: Any = Recorder()
    values = {**form.values(), "email": "other@example.com", "desk_note": "Mind the dog"}
    filled(values)(client, "first")
    fields = profile().model_dump(include=set(CustomerRecord.model_fields))
    saved = CustomerRecord(**{**fields, "customer": AMARA})
    saved.received('"2"')
    former = {"email": "amara@example.com", "desk_note": None}
    assert undone(form.undo, saved) == [("change_customer", (AMARA.id, former, "once", '"2"'))]


def test_nothing_is_said_of_a_change_of_nothing(qtbot: QtBot) -> None:
    form, filled = customer_form(EN, profile())
    qtbot.addWidget(form)
    client: Any = Recorder()
    filled(form.values())(client, "first")
    assert form.undo is not None
    assert form.undo(None) is None


@pytest.mark.parametrize("of", ["extend", "end"])
def test_a_change_of_a_membership_is_undone_by_its_id(qtbot: QtBot, of: str) -> None:
    line = held_line(membership(), (), EN, "UTC")
    form, _ = getattr(MembershipForms(EN, lambda: date(2026, 11, 29)), of)(line, "Amara")
    qtbot.addWidget(form)
    change = ChangeView(id=UUID(int=9), action="membership.ended", at=NOON, undo_until=NOON)
    ((name, given),) = undone(form.undo, sold(last_change=change))
    assert (name, given[0], given[1]["change_id"]) == ("undo_change", line.id, str(change.id))
    assert form.undo(sold()) is None, "a service of before names no change"


def test_an_issued_card_is_revoked(qtbot: QtBot) -> None:
    form, _ = CardForms(EN).issue(profile(), [])
    qtbot.addWidget(form)
    card: CardRecord = record()
    issued = IssuedCard(card=card, customer_id=AMARA.id, code="")
    assert undone(form.undo, issued) == [("revoke_card", (card.id, "once"))]


def test_an_unlinking_is_undone_with_the_role_that_there_was(qtbot: QtBot) -> None:
    form, _ = unlink_form(EN, Company(UUID(int=7), "Northwind"), AMARA, "Coach")
    qtbot.addWidget(form)
    assert undone(form.undo, None) == [("link", (UUID(int=7), AMARA.id, "Coach", "once", True))]


@pytest.mark.parametrize("archived", [False, True])
def test_archiving_a_company_and_bringing_it_back_are_undone(qtbot: QtBot, archived: bool) -> None:
    view, _ = company(archived_at=NOON if archived else None)
    form, filled = company_form(EN, view)
    qtbot.addWidget(form)
    client: Any = Recorder()
    assert form.values()["archived"] is archived
    filled({**form.values(), "archived": not archived})(client, "first")
    ((name, given),) = undone(form.undo, view)
    assert (name, given[1]) == ("save_company", {"archived": archived})


def test_a_company_is_stored_again_as_it_was(qtbot: QtBot) -> None:
    view, _ = company(seat_cap=5)
    form, filled = company_form(EN, view)
    qtbot.addWidget(form)
    client: Any = Recorder()
    filled({**form.values(), "seat_cap": "9"})(client, "first")
    ((name, given),) = undone(form.undo, view)
    assert (name, given[1]) == ("save_company", {"seat_cap": 5})
