"""OpenAPI description beyond the routes: general text, tags, ids in paths."""

from collections.abc import Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts

from membership.web.lazy_routes import LazilyRouted, LazyRouter
from membership.web.openapi_clients import (
    describe_files,
    drop_defaults_of_changes,
    name_scopes,
)
from membership.web.openapi_public import PUBLIC_URL, public_document

DESCRIPTION = """
Who is a member of what: customers, companies, plans, memberships, cards, and the permissions
that other systems ask about.

### Keys
Every request carries an API key, `Authorization: Bearer mk_live_...`, or the token of a staff
session, `ms_...`. A key has scopes; each route needs one (403 `scope_missing`). It belongs to one
organization, and what belongs to another does not exist for it (404).

### Times
Instants are in UTC with a zone (`2027-03-31T22:00:00Z`). Days (`2027-03-31`) are days in the time
zone of the organization, last days included. Memberships run from `starts_at` up to, not
including, `ends_at`. Whether one is active is computed for the instant of the answer and stored
nowhere.

### Two people at once
What can be edited is answered with an `ETag`. Send it back as `If-Match` with the change: if
somebody else has changed it since, the answer is 412 `changed_meanwhile` with the present `ETag`,
and nothing is changed. Without the header the last change counts. What changes by itself, such as
a status or a number of visits, is no part of the `ETag`.

### Repeats
A change takes an `Idempotency-Key`, if its description lists that header: the same key with the
same request gives the first answer again, for a day; with another request it is a 409
`idempotency_key_reused`. Keys belong to the API key or the account of staff that sent them. Scans
carry a visit id of the caller's instead.

Whoever does not know whether a request arrived asks `POST /v1/requests/{key}/withdraw`: it tells
the stored answer, or closes the key, so that the request is refused if it still arrives (409
`request_withdrawn`).

### Pages
Lists give at most `limit` items (50, at most 100) and a `next_cursor`; the next page is asked for
with it as `cursor`. Without a `next_cursor` there is no more. Some lists tell their `total` on
the first page.

### Changes
A `PATCH` sets the fields that are sent and leaves the others as they are.

### Unknown names
Fields of a body and parameters of a query that a route does not know are refused (422
`invalid_request`), with their name and the nearest known one: `body.sate: unknown; did you mean
state?`. So a misspelt filter never answers everything, and a misspelt field never changes nothing.
So is a body that says something to a route that takes none: `body.reason: unknown`.
Scans, taking a visit back, and asking for the state of a desk ignore them, so that a new desk works
with an older service; so do objects that Google and JWK Sets define.

### Types
Values of a JSON body are of the type that is described: `"4900"` and `49.0` are no integers,
`"yes"` and `1` no booleans, a number is no instant (422). Nothing is converted.

### Methods
`HEAD` answers what `GET` does, without the body. `OPTIONS`, and a 405, name all methods of a path
in `Allow`.

### Texts
Names, labels and notes have no characters that are not seen: no control characters, line or
paragraph separators, bidirectional overrides, zero-width spaces and the like (422, naming the
character: `U+202E at position 5`). Joiners (ZWJ, ZWNJ) are allowed inside words of scripts that
join, and in emoji. Notes and reasons may have tabs and line breaks.

### Errors
Every error is `application/problem+json` (RFC 9457) with a `code` that stays the same, a `detail`
for people, and `errors` that name the fields that are wrong. Beside those that a route lists:

| status | code | when |
|---|---|---|
| 400 | `body_unreadable` | the body breaks off |
| 401 | `key_missing`, `key_invalid`, `session_invalid` | no key, a wrong or a revoked one |
| 403 | `scope_missing` | the key is not for this |
| 408 | `body_too_slow` | the body did not arrive in time |
| 413 | `body_too_large` | more than the service takes |
| 422 | `invalid_request` | a field is missing, unknown, of the wrong type or form |
| 429 | `too_many_requests` | by one key or address; `Retry-After` tells when to come back, and \
`RateLimit` of every answer how many requests are left |
| 503 | `overtaken` | what it refers to was changed at the same time; send it again |
| 503 | `database_busy` and others | busy, or the database away; the same may be sent again |
| 507 | `storage_full` | the disk is full |

### Webhooks
Changes are sent to webhooks, signed as Standard Webhooks lays down. They carry ids and states,
never names or addresses.
"""

TAGS = (
    ("Operations", "Whether the service runs, and how it is doing; for whoever operates it."),
    ("Desk", "Scans of cards, the visits that they make, and what a desk shows around them."),
    ("Customers", "People: found, created, changed, shown with all that is theirs."),
    (
        "Companies",
        "Companies and the customers linked to them. Linked customers inherit the memberships of "
        "the company for as long as they are linked: nothing is copied, so nothing lingers.",
    ),
    ("Plans", "What can be sold, and the permissions that it carries."),
    (
        "Memberships",
        "Plans as they were sold to a customer or a company: assigned, renewed, extended, ended, "
        "transferred. A later change of the plan does not reach them.",
    ),
    (
        "Sales",
        "A plan sold, renewed or changed at the desk with what is paid for it: previewed, carried "
        "out at once, undone.",
    ),
    (
        "Payments",
        "What was paid at the desk for memberships: noted with a receipt, listed, voided.",
    ),
    (
        "Access checks",
        "Whether a customer has a permission now, for websites, doors and other systems.",
    ),
    ("Organization", "The organization that the key belongs to."),
    ("Cards", "Wallet cards: issued, installed, replaced and revoked."),
    (
        "Card designs",
        "What wallet cards look like: colours, pictures, fields, in versions. An edit reaches "
        "every card that was issued.",
    ),
    ("Wallets", "The accounts that sign cards for Apple Wallet and Google Wallet."),
    ("Keys", "API keys: made, listed, revoked."),
    ("Staff", "Accounts of the staff, and signing in."),
    ("Audit", "Who changed what, from what to what."),
    ("Webhooks", "Where events are sent, what became of each, and the events themselves."),
    ("Imports", "Customers, companies, links and memberships read from CSV files."),
    ("Exports", "The organization's data as CSV files."),
    ("Personal data", "What is kept about a person, told to them or erased."),
)
"""Tags of the routes, in their order."""


def tag_descriptions() -> list[dict[str, str]]:
    """Return the tags as OpenAPI objects."""
    return [{"name": name, "description": description} for name, description in TAGS]


_EXAMPLE_ID = "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e"
_EXAMPLES = {"key": "area.pool", "kind": "customers"}
_IN_PATHS = {
    "customer_id": "UUID of the customer; the former one of a merged customer leads to them.",
    "company_id": "UUID of the company.",
    "plan_id": "UUID of the plan.",
    "membership_id": "UUID of the membership.",
    "visit_id": "UUID of the visit, which the kiosk made.",
    "payment_id": "UUID of the payment; not the number of its receipt.",
    "order_id": "UUID of the order.",
    "billing_event_id": "Id of the event at the payment provider.",
    "card_id": "UUID of the card; not the code that is on it.",
    "key_id": "UUID of the API key; not the key itself.",
    "embed_key_id": "UUID of the public key of a site.",
    "staff_id": "UUID of the account.",
    "webhook_id": "UUID of the webhook.",
    "event_id": "UUID of the event, the `webhook-id` of its deliveries.",
    "import_id": "UUID of the import.",
    "design_id": "UUID of the card design.",
    "version": "Which version of the design.",
    "key": "The permission's key, as plans name it.",
    "kind": "What the lines of the file are.",
}
"""Path parameters that mean the same in every route."""
_PROBLEM_EXAMPLE = {
    "type": "about:blank",
    "title": "Invalid request",
    "status": 422,
    "detail": "body.email: value is not a valid email address",
    "code": "invalid_request",
    "errors": [{"field": "body.email", "message": "value is not a valid email address"}],
}


class DescribedApi(LazilyRouted):
    """An application whose OpenAPI description also has what all routes share.

    ``described_webhooks`` has the requests that receivers of webhooks get.
    """

    def __init__(self, *, described_webhooks: LazyRouter, **more: Any) -> None:
        super().__init__(**more)
        self._public: dict[str, Any] | None = None
        self._described_webhooks = described_webhooks
        self.add_route(PUBLIC_URL, self._send_public, include_in_schema=False)

    async def _send_public(self, _request: Request) -> Response:
        """Answer the description of the public routes."""
        return JSONResponse(await run_in_threadpool(self.public_openapi))

    def public_openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description of the public routes; created once."""
        if self._public is None:
            self.load_all()
            self._public = public_document(self._api_routes(), self.version)
        return self._public

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description; created once."""
        if self.openapi_schema is None:
            self.load_all()  # FastAPI describes the API anew after a change of its routes
            self.webhooks = self._described_webhooks.load()
            described = super().openapi()
            for methods in described["paths"].values():
                for operation in methods.values():
                    _describe_ids(operation)
            describe_files(described)
            drop_defaults_of_changes(described)
            name_scopes(described, self._api_routes())
            described["servers"] = [{"url": "/", "description": "This service."}]
            described["components"]["schemas"]["Problem"]["examples"] = [_PROBLEM_EXAMPLE]
        return super().openapi()

    def _api_routes(self) -> Iterator[APIRoute]:
        """Yield the routes of all routers, which carry their own paths."""
        for each in iter_route_contexts(self.router.routes):
            if isinstance(each.original_route, APIRoute):
                yield each.original_route


def _describe_ids(operation: dict[str, Any]) -> None:
    """Describe the ids in a route's path."""
    for parameter in operation.get("parameters", ()):
        description = _IN_PATHS.get(parameter["name"])
        if parameter["in"] == "path" and description is not None:
            parameter.setdefault("description", description)
            if "examples" not in parameter["schema"]:
                example = _EXAMPLES.get(parameter["name"], _EXAMPLE_ID)
                parameter.setdefault("example", example)
