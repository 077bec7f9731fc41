"""The state of a membership that a caller of a change has seen (``If-Match``)."""

from uuid import UUID

from sqlalchemy import select

from membership.members.memberships.changes import locked
from membership.members.memberships.records import sold_etag, sold_view
from membership.members.memberships.service import get_membership
from membership.store.models import Company, Customer
from membership.web.access import Call


def locked_etag(call: Call, membership_id: UUID) -> str:
    """Return the ETag of a membership, with its owner and itself locked. Raises NotFound.

    The owner first, as in a sale, a merge and an erasure: the change that follows may lock both.
    """
    sold = get_membership(call.session, call.tenant, membership_id)
    owner, owner_id = Company.id, sold.company_id
    of_tenant = Company.organization_id == call.tenant.id
    if sold.customer_id is not None:
        owner, owner_id = Customer.id, sold.customer_id
        of_tenant = Customer.organization_id == call.tenant.id
    call.session.execute(
        select(owner).where(of_tenant, owner == owner_id).with_for_update(key_share=True)
    )
    return sold_etag(sold_view(locked(call.session, call.tenant, membership_id), call.now))
