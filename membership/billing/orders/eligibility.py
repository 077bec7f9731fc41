"""Which plan staff may order for whom; checked before the order is stored, with the owner locked.

What a customer may order for themself is decided by ``portal.signup.ordering``.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.billing.orders.service import OrderRequest
from membership.billing.schemas import NewOrder
from membership.members.memberships.service import Owner, plan_on_sale, required_owner
from membership.store.models import Company
from membership.web.access import Caller, Tenant
from membership.web.errors import Conflict


def staff_order(
    session: Session, public_url: str | None, caller: Caller, new: NewOrder
) -> OrderRequest:
    """Check what staff order for a customer or a company: any plan on sale.

    Raises NotFound; Conflict for an owner who is erased or archived, or without a public URL.
    """
    if new.company_id is not None:
        # Locked first: of two concurrent orders, the second finds the first one's row.
        session.execute(
            select(Company.id)
            .where(Company.organization_id == caller.tenant.id, Company.id == new.company_id)
            .with_for_update()
        )
    owner = required_owner(session, caller.tenant, Owner(new.customer_id, new.company_id))
    plan = plan_on_sale(session, caller.tenant, new.plan_id)
    paid_url, back_url = return_urls(public_url, caller.tenant)
    return OrderRequest(owner, plan, caller.actor, paid_url, back_url, new.again is not False)


def return_urls(public_url: str | None, tenant: Tenant) -> tuple[str, str]:
    """The URLs that Stripe redirects the payer's browser to: after payment, and on cancel.

    Stripe's API calls them ``success_url`` and ``cancel_url``. Raises Conflict without a public
    URL.
    """
    if public_url is None:
        detail = "Set WALLETDESK_PUBLIC_URL first: the provider sends browsers back to it."
        raise Conflict("public_url_missing", detail)
    order_page = f"{public_url.rstrip('/')}/join/{tenant.slug}/order"
    return f"{order_page}/paid", f"{order_page}/back"
