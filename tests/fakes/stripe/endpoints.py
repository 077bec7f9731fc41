"""The requests that the fake answers: parameters and functions."""

import re

from stripe import params
from stripe.params import billing_portal as portal_params
from stripe.params import checkout as checkout_params

from tests.fakes.stripe import catalog, changes, checkout, dashboard, prorations, schedules
from tests.fakes.stripe.expansion import expanded
from tests.fakes.stripe.forms import Form, checked
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.routing import Endpoint, changed, new, one, several
from tests.fakes.stripe.shapes import Thing

_PRICE = {"active", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key"}
_SESSION = {
    "allow_promotion_codes",
    "automatic_tax.enabled",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_creation",
    "customer_email",
    "expires_at",
    "invoice_creation.enabled",
    "invoice_creation.invoice_data.description",
    "invoice_creation.invoice_data.footer",
    "invoice_creation.invoice_data.metadata",
    "line_items.price",
    "line_items.quantity",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data.description",
    "payment_intent_data.metadata",
    "payment_intent_data.receipt_email",
    "payment_method_types",
    "submit_type",
    "subscription_data.description",
    "subscription_data.metadata",
    "success_url",
    "ui_mode",
}
_SUBSCRIPTION = {
    "cancel_at",
    "cancel_at_period_end",
    "cancellation_details",
    "description",
    "items.id",
    "items.price",
    "metadata",
    "payment_behavior",
    "proration_behavior",
    "proration_date",
}
_PREVIEW = {
    "subscription",
    "subscription_details.items.id",
    "subscription_details.items.price",
    "subscription_details.proration_behavior",
    "subscription_details.proration_date",
}
_PHASES = {
    "phases.duration",
    "phases.end_date",
    "phases.items.price",
    "phases.items.quantity",
    "phases.metadata",
    "phases.proration_behavior",
    "phases.start_date",
}
_OF_CHARGE = {"charge", "payment_intent"}

ENDPOINTS = [
    Endpoint("GET", "/v1/account", params.AccountRetrieveCurrentParams, dashboard.account),
    new(
        "products",
        params.ProductCreateParams,
        catalog.create_product,
        {*catalog.PRODUCT, "id", "metadata"},
    ),
    several(
        "products", params.ProductListParams, changes.filtered("product", "active"), {"active"}
    ),
    one("product", "products", params.ProductRetrieveParams),
    changed(
        "product",
        "products",
        params.ProductUpdateParams,
        catalog.update_product,
        {*catalog.PRODUCT, "metadata", "default_price"},
    ),
    new(
        "prices",
        params.PriceCreateParams,
        catalog.create_price,
        {*_PRICE, "currency", "product", "unit_amount", "recurring"},
    ),
    one("price", "prices", params.PriceRetrieveParams),
    changed("price", "prices", params.PriceUpdateParams, catalog.update_price, _PRICE),
    several(
        "prices",
        params.PriceListParams,
        catalog.listed_prices,
        {"product", "lookup_keys", "active", "currency", "type"},
    ),
    new(
        "customers",
        params.CustomerCreateParams,
        catalog.create_customer,
        {*catalog.CUSTOMER, "metadata"},
    ),
    several("customers", params.CustomerListParams, catalog.listed_customers, {"email"}),
    one("customer", "customers", params.CustomerRetrieveParams),
    changed(
        "customer",
        "customers",
        params.CustomerUpdateParams,
        catalog.update_customer,
        {*catalog.CUSTOMER, "metadata"},
    ),
    Endpoint("DELETE", "/v1/customers/{id}", params.CustomerDeleteParams, changes.delete_customer),
    new("checkout/sessions", checkout_params.SessionCreateParams, checkout.create, _SESSION),
    one("checkout.session", "checkout/sessions", checkout_params.SessionRetrieveParams),
    several(
        "checkout/sessions",
        checkout_params.SessionListParams,
        changes.sessions,
        {"customer", "payment_intent", "status", "subscription"},
    ),
    Endpoint(
        "POST",
        "/v1/checkout/sessions/{id}/expire",
        checkout_params.SessionExpireParams,
        changes.expire_session,
    ),
    Endpoint(
        "GET",
        "/v1/checkout/sessions/{id}/line_items",
        checkout_params.SessionListLineItemsParams,
        changes.session_lines,
    ),
    one("subscription", "subscriptions", params.SubscriptionRetrieveParams),
    changed(
        "subscription",
        "subscriptions",
        params.SubscriptionUpdateParams,
        changes.update_subscription,
        _SUBSCRIPTION,
    ),
    Endpoint(
        "DELETE",
        "/v1/subscriptions/{id}",
        params.SubscriptionCancelParams,
        changes.cancel_subscription,
        {"cancellation_details"},
    ),
    several(
        "subscriptions",
        params.SubscriptionListParams,
        changes.subscriptions_of,
        {"customer", "status"},
    ),
    new(
        "subscription_schedules",
        params.SubscriptionScheduleCreateParams,
        schedules.create,
        {"from_subscription"},
    ),
    one(
        "subscription_schedule",
        "subscription_schedules",
        params.SubscriptionScheduleRetrieveParams,
    ),
    changed(
        "subscription_schedule",
        "subscription_schedules",
        params.SubscriptionScheduleUpdateParams,
        schedules.update,
        {*_PHASES, "end_behavior", "metadata", "proration_behavior"},
    ),
    Endpoint(
        "POST",
        "/v1/subscription_schedules/{id}/release",
        params.SubscriptionScheduleReleaseParams,
        schedules.release,
    ),
    Endpoint(
        "POST",
        "/v1/invoices/create_preview",
        params.InvoiceCreatePreviewParams,
        lambda ledger, form, _: prorations.preview(ledger, form),
        _PREVIEW,
    ),
    one("invoice", "invoices", params.InvoiceRetrieveParams),
    several(
        "invoices",
        params.InvoiceListParams,
        changes.invoices_of,
        {"customer", "status", "subscription"},
    ),
    Endpoint("POST", "/v1/invoices/{id}/pay", params.InvoicePayParams, changes.pay_invoice),
    Endpoint(
        "POST", "/v1/invoices/{id}/void", params.InvoiceVoidInvoiceParams, changes.void_invoice
    ),
    one("invoice_payment", "invoice_payments", params.InvoicePaymentRetrieveParams),
    several(
        "invoice_payments",
        params.InvoicePaymentListParams,
        changes.invoice_payments,
        {"invoice", "payment", "status"},
    ),
    one("payment_intent", "payment_intents", params.PaymentIntentRetrieveParams),
    one("charge", "charges", params.ChargeRetrieveParams),
    several(
        "charges",
        params.ChargeListParams,
        changes.filtered("charge", "customer", "payment_intent"),
        {"customer", "payment_intent"},
    ),
    new(
        "refunds",
        params.RefundCreateParams,
        changes.create_refund,
        {*_OF_CHARGE, "amount", "metadata", "reason"},
    ),
    one("refund", "refunds", params.RefundRetrieveParams),
    several(
        "refunds", params.RefundListParams, changes.filtered("refund", *_OF_CHARGE), _OF_CHARGE
    ),
    one("dispute", "disputes", params.DisputeRetrieveParams),
    several(
        "disputes", params.DisputeListParams, changes.filtered("dispute", *_OF_CHARGE), _OF_CHARGE
    ),
    new(
        "billing_portal/sessions",
        portal_params.SessionCreateParams,
        dashboard.open_portal,
        {"configuration", "customer", "flow_data.type", "locale", "return_url"},
    ),
    several(
        "billing_portal/configurations",
        portal_params.ConfigurationListParams,
        changes.filtered("billing_portal.configuration", "active", "is_default"),
        {"active", "is_default"},
    ),
    new(
        "webhook_endpoints",
        params.WebhookEndpointCreateParams,
        dashboard.create_endpoint,
        {"api_version", "description", "enabled_events", "metadata", "url"},
    ),
    one("webhook_endpoint", "webhook_endpoints", params.WebhookEndpointRetrieveParams),
    several(
        "webhook_endpoints", params.WebhookEndpointListParams, changes.filtered("webhook_endpoint")
    ),
    changed(
        "webhook_endpoint",
        "webhook_endpoints",
        params.WebhookEndpointUpdateParams,
        dashboard.update_endpoint,
        {"description", "disabled", "enabled_events", "metadata", "url"},
    ),
    Endpoint(
        "DELETE",
        "/v1/webhook_endpoints/{id}",
        params.WebhookEndpointDeleteParams,
        dashboard.delete_endpoint,
    ),
    Endpoint("GET", "/v1/events/{id}", params.EventRetrieveParams, dashboard.event),
    several("events", params.EventListParams, dashboard.events, {"type", "types"}),
]


def answer(ledger: Ledger, method: str, path: str, form: Form) -> Thing:
    """Return the object that answers a request. Raises Refused."""
    for each in ENDPOINTS:
        found = re.fullmatch(each.path.replace("{id}", "([^/]+)"), path)
        if found and each.method == method:
            values = checked(form, each.params, each.done)
            made = each.does(ledger, values, found[1] if found.groups() else "")
            return expanded(ledger, made, values.get("expand") or [])
    told = f"Unrecognized request URL ({method}: {path})."
    raise Refused(told, status=404)
