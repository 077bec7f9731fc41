"""Orders of a logged-in customer, to be paid through the payment provider."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from membership.billing.orders.eligibility import return_urls
from membership.billing.orders.service import OrderRequest
from membership.members.memberships.service import Owner
from membership.portal.signup.joining import Joiner, chosen_plan


def customer_order(
    session: Session, public_url: str | None, joiner: Joiner, plan_id: UUID
) -> OrderRequest:
    """Return the checked order of a public plan. Locks the customer.

    Raises NotFound and Conflict as ``chosen_plan`` does; Conflict without a public URL.
    """
    customer, plan = chosen_plan(session, joiner, plan_id)
    paid_url, back_url = return_urls(public_url, joiner.tenant)
    return OrderRequest(
        owner=Owner(customer_id=customer.id),
        plan=plan,
        actor=replace(joiner.actor, id=customer.id),
        paid_url=paid_url,
        back_url=back_url,
    )
