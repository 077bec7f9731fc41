"""Changes of a customer and of what is theirs, in plain words: what, who and when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api_client.messages.audit import EntryView
from api_client.messages.management import CustomerProfile
from kiosk.staff.words.membership import money
from kiosk.staff.words.visits import HistoryLine
from kiosk.texts import Texts

_HIDDEN = frozenset({"photo_tag", "erased_at", "number", "search_text"})


@dataclass(frozen=True)
class Names:
    """Names of what entries refer to by an id: plans of memberships, companies of links."""

    plans: Mapping[str, str]
    companies: Mapping[str, str]


def names_of(profile: CustomerProfile) -> Names:
    """Return the names that a profile knows."""
    return Names(
        {str(each.id): each.plan for each in profile.memberships},
        {str(each.id): each.company for each in profile.companies},
    )


def change_lines(
    entries: Sequence[EntryView], names: Names, texts: Texts, zone: str
) -> tuple[HistoryLine, ...]:
    """Return entries of the audit as rows, with times in ``zone``."""
    return tuple(_line(entry, names, texts, zone) for entry in entries)


def _line(entry: EntryView, names: Names, texts: Texts, zone: str) -> HistoryLine:
    at = f"{texts.local_day(entry.at, zone)}, {texts.clock(entry.at, zone)}"
    who = " · ".join(filter(None, (at, entry.actor.name)))
    title = _title(entry, names, texts)
    details = _details(entry, texts) if entry.action == "customer.changed" else ()
    return HistoryLine(title, (who, *details))


def _title(entry: EntryView, names: Names, texts: Texts) -> str:
    """Return what was done."""
    if entry.action == "customer.changed":
        return _customer_changed(entry, texts)
    if entry.action == "membership.changed":
        return _membership_changed(entry, names, texts)
    if entry.action == "payment.created" and entry.after is not None:
        return _paid(entry.after, texts)
    if entry.action in {"card.changed", "payment.changed"} and entry.after is not None:
        return _ended(entry.action, entry.after, texts)
    if entry.action == "membership.created":
        return texts.say("Sold: {plan}", plan=_plan(entry, names, texts))
    if entry.subject_kind == "link":
        return _link(entry, names, texts)
    return _plain(entry.action, texts)


def _plain(action: str, texts: Texts) -> str:
    """Return what was done, for actions that need nothing else to be understood."""
    say = texts.say
    known = {
        "customer.created": say("File created"),
        "customer.merged": say("Merged with another file"),
        "customer.erased": say("Personal data erased"),
        "customer.consented": say("Agreed to the terms"),
        "customer.data_handed_out": say("Data handed out"),
        "customer.signed_in": say("Signed in to the member page"),
        "customer.signed_out": say("Signed out of the member page"),
        "customer.session_ended": say("Logged out of the member page"),
        "customer.sessions_ended": say("Logged out on all devices"),
        "card.created": say("Card issued"),
        "card.deleted": say("Card taken back"),
        "card.mailed": say("Card mailed"),
        "card.link_withdrawn": say("Card link withdrawn"),
        "card.static_code_handed_out": say("Card code handed out"),
        "payment.receipt_mailed": say("Receipt mailed"),
        "billing.ordered": say("Ordered online"),
        "billing.cancelled": say("Subscription cancelled"),
        "billing.resumed": say("Subscription goes on"),
        "billing.plan_changed": say("Plan of the subscription changed"),
        "billing.plan_change_planned": say("Change of plan planned"),
        "billing.plan_change_withdrawn": say("Change of plan withdrawn"),
        "billing.settled": say("Payment settled"),
        "billing.refund_answered": say("Refund decided"),
    }
    return known.get(action) or say("Other change ({action})", action=action)


def _customer_changed(entry: EntryView, texts: Texts) -> str:
    """Return which fields of the file were changed, and what became of the photo."""
    before, after = entry.before or {}, entry.after or {}
    fields = [name for name in after if name not in _HIDDEN]
    if fields:
        names = _field_names(texts)
        listed = ", ".join(names.get(field, field) for field in fields)
        return texts.say("Changed: {fields}", fields=listed)
    if "photo_tag" not in after:
        return texts.say("File changed")
    if after["photo_tag"] is None:
        return texts.say("Photo removed")
    if before.get("photo_tag") is None:
        return texts.say("Photo added")
    return texts.say("Photo replaced")


def _details(entry: EntryView, texts: Texts) -> tuple[str, ...]:
    """Return each changed field with its former and its new value."""
    before, after = entry.before or {}, entry.after or {}
    names = _field_names(texts)
    return tuple(
        f"{names.get(field, field)}: {_value(before.get(field), field, texts)} → "
        f"{_value(value, field, texts)}"
        for field, value in after.items()
        if field not in _HIDDEN
    )


def _field_names(texts: Texts) -> dict[str, str]:
    say = texts.say
    return {
        "given_name": say("Given name"),
        "family_name": say("Family name"),
        "email": say("Email"),
        "phone": say("Phone"),
        "birth_date": say("Born"),
        "desk_note": say("Note"),
        "former_numbers": say("Former numbers"),
        "language": say("Language"),
        "state": say("State"),
    }


def _value(value: Any, field: str, texts: Texts) -> str:
    """Return a value as staff read it."""
    say = texts.say
    if value is None or value == "":
        return say("empty")
    if field == "state":
        states = {"active": say("active"), "inactive": say("inactive"), "banned": say("blocked")}
        return states.get(str(value), str(value))
    return _day(value, texts) or str(value)


def _day(value: Any, texts: Texts) -> str:
    """Return a day that is stored as text; empty if it is none."""
    try:
        return texts.day(date.fromisoformat(str(value)))
    except ValueError:
        return ""


def _plan(entry: EntryView, names: Names, texts: Texts) -> str:
    """Return the plan of a membership."""
    said = (entry.after or entry.before or {}).get("plan_name")
    return str(said or names.plans.get(entry.subject_id) or texts.say("Membership"))


def _membership_changed(entry: EntryView, names: Names, texts: Texts) -> str:
    """Return what became of a membership."""
    say, plan = texts.say, _plan(entry, names, texts)
    before, after = entry.before or {}, entry.after or {}
    if after.get("ended_early_at"):
        why = after.get("ended_early_why") or ""
        return say("{plan} ended: {why}", plan=plan, why=why) if why else say("{plan} ended",
                                                                            plan=plan)  # fmt: skip
    if "ended_early_at" in after:
        return say("{plan}: end taken back", plan=plan)
    if "last_day" in after:
        old = _day(before.get("last_day"), texts) or say("no end date")
        new = _day(after["last_day"], texts) or say("no end date")
        return say("{plan}: last day {old} → {new}", plan=plan, old=old, new=new)
    if "payment_overdue_since" in after:
        if after["payment_overdue_since"] is None:
            return say("{plan}: payment no longer overdue", plan=plan)
        return say("{plan}: payment overdue", plan=plan)
    return say("{plan} changed", plan=plan)


def _paid(after: Mapping[str, Any], texts: Texts) -> str:
    """Return a payment with its receipt and amount."""
    amount = money(int(after["amount_minor"]), str(after["currency"]), texts)
    receipt = f"R-{int(after['receipt_number']):06d}"
    return texts.say("Paid {amount} · {receipt}", amount=amount, receipt=receipt)


def _ended(action: str, after: Mapping[str, Any], texts: Texts) -> str:
    """Return what became of a card or a payment."""
    say = texts.say
    if action == "payment.changed":
        return say("Payment voided") if after.get("voided_at") else say("Payment changed")
    if after.get("revoked_at"):
        return say("Card revoked")
    return say("Card changed")


def _link(entry: EntryView, names: Names, texts: Texts) -> str:
    """Return what became of a link to a company."""
    say = texts.say
    company = names.companies.get(entry.subject_id) or say("a company")
    if entry.action == "link.created":
        return say("Linked to {company}", company=company)
    if entry.action in {"link.ended", "link.deleted"}:
        return say("Unlinked from {company}", company=company)
    if entry.action == "link.reopened":
        return say("Unlinking from {company} undone", company=company)
    return say("Role at {company} changed", company=company)
