"""No message takes a text that a column does not hold: SQLite would store it, PostgreSQL not."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Enum, String

import membership
from membership.base.request_body import RequestBody
from membership.members.customers.service import e164
from membership.store.models import Organization
from membership.web.errors import Invalid

COLUMNS = {
    (table.name, column.name): column.type.length
    for table in Organization.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, String) and not isinstance(column.type, Enum) and column.type.length
}
"""The longest text of each column that has a limit."""

STORED: dict[str, str] = {
    "CompanyChange": "companies", "NewCompany": "companies", "NewLink": "company_links",
    "CustomerFields": "customers",
    "CustomerChange": "customers", "NewCustomer": "customers", "NewPerson": "customers",
    "NewCard": "cards", "NewDesign": "card_designs", "DesignChange": "card_designs",
    "NewKey": "api_keys", "NewPayment": "payments", "_PaymentFor": "payments",
    "SalePayment": "payments",
    "NewPermission": "permissions", "PermissionChange": "permissions",
    "NewPlan": "plans", "PlanChange": "plans", "NewStaff": "staff_accounts",
    "StaffChange": "staff_accounts", "NewWebhook": "webhook_endpoints",
    "WebhookChange": "webhook_endpoints", "OrganizationChange": "organizations",
    "SignupChange": "signup_settings", "FirstAccount": "staff_accounts",
    "ConfirmedDomain": "company_domains", "GivenCode": "cards", "ReceiptMail": "outgoing_mails",
}  # fmt: skip
"""The table in which the texts of a message are stored."""

RENAMED = {("ReceiptMail", "email"): "recipient"}
"""The columns of fields that are stored under another name."""

ELSEWHERE = {
    ("CustomerFields", "phone"),
    ("CustomerChange", "phone"), ("NewCustomer", "phone"),  # in E.164 form, see below
    ("NewPlan", "description"), ("PlanChange", "description"),  # a text without a limit
    ("GivenCode", "code"),  # of at most 255 characters once prefixes are removed
}  # fmt: skip


def _messages() -> list[type[RequestBody]]:
    """All messages that requests may send."""
    for module in pkgutil.walk_packages(membership.__path__, "membership."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return sorted(set(_below(RequestBody)), key=lambda each: each.__qualname__)


def _below(kind: type[RequestBody]) -> Iterator[type[RequestBody]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _longest(schema: dict[str, Any]) -> int | None:
    """The longest text that a field takes; None if it is no text, or of a fixed form."""
    for each in schema.get("anyOf", [schema]):
        if each.get("type") == "string" and "maxLength" in each:
            return int(each["maxLength"])
    return None


def test_limits_of_messages_fit_their_columns() -> None:
    compared = 0
    for message in _messages():
        table = STORED.get(message.__name__)
        if table is None:
            continue
        for name, schema in message.model_json_schema().get("properties", {}).items():
            column = RENAMED.get((message.__name__, name), name)
            longest, limit = _longest(schema), COLUMNS.get((table, column))
            if (message.__name__, name) in ELSEWHERE or longest is None or limit is None:
                continue
            compared += 1
            assert longest <= limit, f"{message.__name__}.{name}: {longest}, the column {limit}"
    assert compared > 30


def test_each_message_with_a_text_of_a_columns_name_says_where_it_is_stored() -> None:
    names = {column for _, column in COLUMNS}
    unknown = {
        f"{message.__name__}.{name}"
        for message in _messages()
        if message.__name__ not in {*STORED, *_NOT_STORED}
        for name, schema in message.model_json_schema().get("properties", {}).items()
        if name in names and _longest(schema) is not None
    }
    assert not unknown


_NOT_STORED = {
    "AccessQuestion", "Asked", "CodeRequest", "CodeVerification", "FactorCode", "FactorRemoval",
    "PreviewOf", "ResetWish", "SignIn",
}  # fmt: skip
"""Messages of which no text is stored as it is."""


@pytest.mark.parametrize("digits", range(8, 22))
def test_phone_numbers_fit_their_column(digits: int) -> None:
    try:
        number = e164("+49" + "1" * (digits - 2), None)
    except Invalid:
        return
    assert number is not None
    assert len(number) <= COLUMNS["customers", "phone"]
