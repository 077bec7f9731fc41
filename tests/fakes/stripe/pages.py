"""Stripe's pages for customers: Checkout, an invoice, the portal. No scripts."""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from tests.fakes.stripe import checkout, subscriptions
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.shapes import Thing


@dataclass(frozen=True)
class Page:
    """Either HTML, or a redirect."""

    status: int
    html: str = ""
    location: str = ""


def _page(title: str, *parts: str, status: int = 200) -> Page:
    body = f"<h1>{escape(title)}</h1>" + "".join(parts)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return Page(
        status, f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
    )


def _form(action: str, *buttons: tuple[str, str]) -> str:
    inner = "".join(
        f'<button name="do" value="{escape(value)}" id="{escape(value)}">{escape(text)}</button>'
        for value, text in buttons
    )
    return f'<form method="post" action="{escape(action)}">{inner}</form>'


def session_page(ledger: Ledger, session: Thing) -> Page:
    """Return the page of a Checkout session, with price and payment buttons."""
    if session["status"] != "open":
        return _page("This page is no longer available", f"<p>{session['status']}</p>", status=410)
    lines = "".join(
        f"<li>{each['quantity']} × {escape(ledger.things[each['price']['product']]['name'])}: "
        f"{each['amount_total']} {each['currency']}</li>"
        for each in checkout.lines_of(ledger, session)["data"]
    )
    total = f"<p>Total: {session['amount_total']} {session['currency']}</p>"
    back = session["cancel_url"]
    link = f'<p><a id="back" href="{escape(back)}">Back</a></p>' if back else ""
    pay = _form(f"/c/pay/{session['id']}", ("paid", "Pay"), ("declined", "Decline"))
    return _page(ledger.policy.name, f"<ul>{lines}</ul>", total, pay, link)


def after_paying(session: Thing) -> Page:
    """Return the redirect from the page of a session."""
    if session["status"] == "complete":
        where = session["success_url"].replace("{CHECKOUT_SESSION_ID}", quote(session["id"]))
        return Page(303, location=where)
    return Page(303, location=session["cancel_url"] or session["url"])


def invoice_page(invoice: Thing) -> Page:
    """Return the page of an invoice; an open one can be paid there."""
    told = f"<p>{invoice['status']}: {invoice['total']} {invoice['currency']}</p>"
    pay = _form(f"/i/{invoice['id']}", ("pay", "Pay")) if invoice["status"] == "open" else ""
    return _page(f"Invoice {invoice['number']}", told, pay)


def portal_page(ledger: Ledger, session: Thing) -> Page:
    """Return the page of a customer's subscriptions, with buttons to cancel or resume."""
    parts = []
    for each in ledger.all("subscription", customer=session["customer"]):
        going = each["status"] not in subscriptions.ENDED
        planned = each["cancel_at"] is not None
        told = f"<p>{each['id']}: {each['status']}{', ends' if planned else ''}</p>"
        button = ("resume", "Go on") if planned else ("cancel", "Cancel")
        action = f"/p/session/{session['id']}/{each['id']}"
        parts.append(told + (_form(action, button) if going else ""))
    for each in ledger.all("invoice", customer=session["customer"]):
        if each["hosted_invoice_url"]:
            parts.append(f'<p><a href="{each["hosted_invoice_url"]}">{each["number"]}</a></p>')
    if session["return_url"]:
        parts.append(f'<p><a id="back" href="{escape(session["return_url"])}">Back</a></p>')
    return _page("Your subscriptions", *parts)


def lost(refused: Refused | None = None) -> Page:
    """Return the page for a missing or expired object."""
    return _page("Page not found", status=404 if refused is None else refused.status)


def finalised(ledger: Ledger, invoice_id: str) -> Thing:
    """Return an invoice that has a page. Raises Refused for a draft or a missing one."""
    invoice = ledger.get("invoice", invoice_id)
    if invoice["status"] == "draft":
        raise Refused("There is no page of a draft.", status=404)
    return invoice
