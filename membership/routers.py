"""The routers of the service, in the order in which they are matched.

The routers that a desk requests at its start are imported with this module, the others when one
of their paths is first requested, see ``membership.web.lazy_routes``: a new path of theirs belongs
into this table.
"""

from membership.accounts.organizations import RESERVED_SEGMENTS
from membership.checkin.scans.routes import hot as scans
from membership.checkin.scans.routes import router as desk
from membership.operations.routes import router as operations
from membership.web.lazy_routes import LazyRouter

_JOIN = "/v1/join/{}"
_ME = f"{_JOIN}/me"


def _later(module: str, *paths: str, never_under: frozenset[str] = frozenset()) -> LazyRouter:
    """Return a lazy router of the package ``membership`` and its paths."""
    return LazyRouter(f"membership.{module}", paths, never_under)


ROUTERS = (
    scans,
    _later("checkin.access_checks.routes", "/v1/access/**"),
    _later(
        "checkin.access_checks.customer_permission_routes",
        "/v1/customers/{}/permissions",
        "/v1/customers/{}/permissions/{}",
    ),
    desk,
    operations,
    _later("members.customers.merge_routes", "/v1/customers/duplicates", "/v1/customers/{}/merge"),
    _later(
        "members.customers.routes",
        "/v1/customers",
        "/v1/customers/{}",
        "/v1/customers/{}/photo",
        "/v1/customers/{}/sessions",
    ),
    _later("members.member_list.routes", "/v1/members/**"),
    _later("members.payers.routes", "/v1/customers/{}/payer"),
    _later("data.privacy.routes", "/v1/customers/{}/personal-data", "/v1/customers/{}/erase"),
    _later("members.companies.routes", "/v1/companies/**"),
    _later("members.plans.routes", "/v1/plans/**", "/v1/permissions/**"),
    _later("members.memberships.routes", "/v1/memberships/**"),
    _later("billing.desk.routes", "/v1/memberships/{}/payments", "/v1/payments/**"),
    _later("billing.selling.routes", "/v1/sales/**"),
    _later("billing.orders.change_routes", "/v1/billing/orders/{}/change/**"),
    _later("billing.orders.routes", "/v1/billing/orders/**"),
    _later("billing.orders.invoice_routes", "/v1/billing/invoices/**"),
    _later("billing.inbox.routes", "/v1/billing/events/**"),
    _later("billing.outbox.routes", "/v1/billing/tasks/**"),
    _later("billing.stripe.routes", "/v1/billing/stripe"),
    _later("billing.inbox.webhook_routes", "/v1/billing/stripe/{}/webhook"),
    _later("members.organization.routes", "/v1/organization"),
    _later("wallet.foreign.routes", "/v1/cards/foreign", "/v1/cards/{}/take-back"),
    _later(
        "wallet.cards.routes",
        "/v1/customers/{}/cards",
        "/v1/cards",
        "/v1/cards/{}",
        "/v1/cards/{}/card.pkpass",
        "/v1/cards/{}/revoke",
        "/v1/cards/{}/replace",
        "/v1/cards/{}/new-link",
    ),
    _later("wallet.designs.card_preview", "/v1/card-designs/preview", "/v1/cards/{}/preview.png"),
    _later("wallet.designs.image_routes", "/v1/card-designs/images/**"),
    _later("wallet.designs.routes", "/v1/card-designs/**"),
    _later("wallet.issuers.routes", "/v1/wallets/**"),
    _later("accounts.requests.routes", "/v1/requests/**"),
    _later("accounts.keys.routes", "/v1/keys/**"),
    _later(
        "accounts.staff.session_routes",
        "/v1/staff/sessions",
        "/v1/staff/sessions/current",
        "/v1/staff/me",
        "/v1/staff/me/password",
        "/v1/staff/me/second-factor",
        "/v1/staff/me/second-factor/**",
        "/v1/staff/password-resets/**",
        "/v1/staff/first-account",
    ),
    _later("accounts.staff.routes", "/v1/staff", "/v1/staff/{}", "/v1/staff/{}/sessions"),
    _later("accounts.staff.page", "/staff/**"),
    _later("events.audit.routes", "/v1/audit"),
    _later("events.webhooks.routes", "/v1/webhooks/**", "/v1/events"),
    _later("data.imports.routes", "/v1/imports/**"),
    _later("data.exports.member_routes", "/v1/members/export"),
    _later("data.exports.routes", "/v1/exports/{}"),
    _later("portal.card_page.handout_routes", "/v1/cards/{}/mail", "/v1/cards/{}/card.pdf"),
    _later("wallet.apple.web_service.routes", "/apple/**"),
    _later("wallet.google.pictures", "/{}/{}/google/{}"),
    _later("portal.signup.settings_routes", "/v1/signup"),
    _later("portal.site_login.key_routes", "/v1/signup/keys/**"),
    _later(
        "portal.login.routes",
        f"{_JOIN}/codes",
        f"{_JOIN}/codes/verify",
        f"{_JOIN}/sessions",
        f"{_JOIN}/sessions/refresh",
        f"{_JOIN}/sessions/end",
        f"{_JOIN}/sessions/end-all",
        _ME,
    ),
    _later("portal.site_login.routes", f"{_JOIN}/sessions/token"),
    _later("portal.signup.join_routes", f"{_JOIN}/memberships"),
    _later("portal.member.customer_plan_routes", f"{_ME}/memberships/{{}}/change/**"),
    _later(
        "portal.member.customer_billing_routes",
        f"{_JOIN}/orders/**",
        f"{_ME}/subscriptions",
        f"{_ME}/memberships/**",
        f"{_ME}/invoices/**",
        f"{_ME}/portal",
    ),
    _later("portal.member.session_routes", f"{_ME}/session"),
    _later(
        "portal.member.routes",
        f"{_ME}/cards",
        f"{_ME}/live",
        f"{_ME}/payments/**",
        f"{_ME}/export",
    ),
    _later("portal.member.files", "/me/sw.js", "/me/files/{}/{}"),
    _later("portal.member.page_routes", "/me/{}"),
    _later("portal.signup.page_routes", "/join/**"),
    _later(
        "portal.card_page.routes",  # last: its paths begin with any name
        "/{}/{}/{}",
        "/{}/{}/{}/card.pkpass",
        "/{}/{}/{}/google",
        "/{}/{}/images/{}",
        never_under=RESERVED_SEGMENTS,
    ),
)
"""All routers. Of two that match a path, the first one answers."""
