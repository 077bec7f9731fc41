"""The route by which a customer who is logged in joins."""

from typing import Annotated

from fastapi import APIRouter

from membership.portal.login.access import CustomerCall, customer_writes
from membership.portal.signup.joining import Joiner, join
from membership.portal.signup.schemas import Joined, Joining

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)


@router.post("/memberships", status_code=201)
def join_plan(joining: Joining, call: Annotated[CustomerCall, customer_writes()]) -> Joined:
    """Give the customer who is logged in the membership of a plan that costs nothing.

    Sent twice, it makes one membership: the second answer is 409 `already_member`. 409
    `payment_at_desk` or `payment_needed` for a plan with a price, 409 `join_refused` for who may
    not join by themself, 404 `plan_not_found` for all that the public is not offered.
    """
    joiner = Joiner(call.tenant, call.customer_id, call.actor, call.now)
    return join(call.session, joiner, joining.plan_id)
