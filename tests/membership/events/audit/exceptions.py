"""Routes that write and leave no entry of the audit, or leave it in another test."""

_BILLED = "needs a payment provider: see billing/stripe/test_entries.py"
_CHANGED = "its entry is in billing/orders/test_plan_changes.py"
EXCEPTIONS = {
    "POST /v1/scans": "a visit tells by itself who came when; it is kept like an entry",
    "POST /v1/visits/{visit_id}/undo": "the visit keeps when it was undone",
    "POST /v1/webhooks/{webhook_id}/test": "sends a test event and stores nothing",
    "POST /v1/imports": "prepares only, and keeps who did; its start is an entry",
    "PUT /v1/imports/{import_id}/file": "prepares only; nothing is imported before the start",
    "POST /v1/sales/preview": "rolls back what it tries, and stores nothing",
    "POST /v1/cards/{card_id}/mail": "needs a public address: see install/test_handing.py",
    "POST /v1/requests/{key}/withdraw": "changes nothing; what was carried out has its own entry",
    "PUT /v1/billing/stripe": _BILLED,
    "DELETE /v1/billing/stripe": _BILLED,
    "POST /v1/billing/orders": _BILLED,
    "POST /v1/billing/orders/{order_id}/cancel": _BILLED,
    "POST /v1/billing/orders/{order_id}/resume": _BILLED,
    "POST /v1/billing/events/{billing_event_id}/retry": _BILLED,
    "POST /v1/billing/orders/{order_id}/change": _CHANGED,
    "POST /v1/billing/orders/{order_id}/change/withdraw": _CHANGED,
    "POST /v1/billing/orders/{order_id}/change/preview": "asks the provider only",
    "POST /v1/billing/orders/{order_id}/settle": "its entry is in billing/outbox/test_bans.py",
    "POST /v1/billing/invoices/{invoice_id}/refund-answer": (
        "its entry is in billing/outbox/test_refunds.py"
    ),
    "POST /v1/billing/tasks/{task_kind}/{object_id}/retry": (
        "its entry is in billing/outbox/test_payers.py"
    ),
    "POST /v1/payments/{payment_id}/receipt/mail": (
        "its entry is in billing/desk/test_receipt_mail.py"
    ),
    "POST /v1/billing/orders/{order_id}/refresh": "asks the provider only; changes have events",
    "POST /v1/card-designs/preview": "draws a picture and stores nothing",
    "DELETE /v1/customers/{customer_id}/sessions": "its entry is in login/test_ended.py",
    "DELETE /v1/staff/sessions": "its entry is in staff/test_everywhere.py",
    "DELETE /v1/staff/{staff_id}/sessions": "its entry is in staff/test_everywhere.py",
    "POST /v1/keys/made-by/{staff_id}/revoke": "its entries are in keys/test_life.py",
    "POST /v1/staff/me/second-factor": "prepares only; its confirmation is an entry",
    "POST /v1/staff/me/second-factor/confirm": "its entry is in staff/test_second_factor.py",
    "POST /v1/staff/me/second-factor/remove": "its entry is in staff/test_second_factor.py",
    "POST /v1/cards/foreign": "its entry is in wallet/foreign/test_given_codes.py",
    "POST /v1/cards/{card_id}/take-back": "its entry is in wallet/foreign/test_given_codes.py",
    "POST /v1/cards/{card_id}/new-link": "its entry is in portal/card_page/test_link_life.py",
    "POST /v1/access": "reads only; it is a POST to keep card codes out of addresses",
}
"""Routes other than GET that leave no entry, or leave it in another test, and why."""
