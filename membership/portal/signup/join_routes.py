"""The route by which a logged-in customer joins."""

from typing import Annotated

from fastapi import APIRouter

from membership.portal.login.access import CustomerCall, customer_writes
from membership.portal.signup.joining import Joiner, join
from membership.portal.signup.schemas import Joined, JoinRequest

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)


@router.post("/memberships", status_code=201)
def join_plan(wanted: JoinRequest, call: Annotated[CustomerCall, customer_writes()]) -> Joined:
    """Assign a free plan to the logged-in customer.

    A second request returns 409 `already_member`. 409 `payment_at_desk` or `payment_needed` for a
    plan with a price, 409 `join_refused` for a customer who is not active, 404 `plan_not_found`
    for a plan that is not public.
    """
    joiner = Joiner(call.tenant, call.customer_id, call.actor, call.now)
    return join(call.session, joiner, wanted.plan_id)
