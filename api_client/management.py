"""Client of the part of the API with which staff manage customers, companies and memberships."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    CustomerProfile,
    CustomerRecord,
    LinkedCustomers,
    PlanPage,
    PlanView,
    SignedIn,
    SoldView,
)

from .billing import BillingClient
from .client import M
from .payments import PaymentsClient
from .signup import SignupClient
from .stripe_setup import StripeSetupClient

Fields = Mapping[str, Any]
"""Fields of a request as JSON values; which there are is told by the OpenAPI description."""

_PEOPLE = 100


class ManagementClient(PaymentsClient, SignupClient, StripeSetupClient, BillingClient):
    """Asks and changes with the token of a staff session, or signs in with a desk's key.

    Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``: the same one for
    the same wish, however often it is sent, so that nothing is created or sold twice.
    """

    def sign_in(self, organization: str, email: str, password: str) -> SignedIn:
        """Start a staff session in the organization with that short name."""
        body = {"organization": organization, "email": email, "password": password}
        return self._ask(SignedIn, "POST", "/v1/staff/sessions", body=body)

    def make_first_account(self, name: str, email: str, password: str) -> SignedIn:
        """Make the first account of the organization of this desk, and sign it in."""
        body = {"name": name, "email": email, "password": password}
        return self._ask(SignedIn, "POST", "/v1/staff/first-account", body=body)

    def sign_out(self) -> None:
        """End the session."""
        self._do("DELETE", "/v1/staff/sessions/current")

    def customer(self, customer_id: UUID) -> CustomerProfile:
        """Show a customer with all that belongs to them."""
        return self._ask(CustomerProfile, "GET", f"/v1/customers/{customer_id}")

    def create_customer(self, fields: Fields, once: str) -> CustomerRecord:
        """Create a customer."""
        return self._create(CustomerRecord, "/v1/customers", fields, once)

    def change_customer(self, customer_id: UUID, fields: Fields) -> CustomerRecord:
        """Set fields of a customer."""
        return self._ask(CustomerRecord, "PATCH", f"/v1/customers/{customer_id}", body=fields)

    def plans(self) -> PlanPage:
        """List plans by name."""
        return self._ask(PlanPage, "GET", "/v1/plans", params={"limit": _PEOPLE})

    def save_plan(self, plan_id: UUID | None, fields: Fields, once: str) -> PlanView:
        """Create a plan, or set fields of one."""
        if plan_id is None:
            return self._create(PlanView, "/v1/plans", fields, once)
        return self._ask(PlanView, "PATCH", f"/v1/plans/{plan_id}", body=fields)

    def assign(self, fields: Fields, once: str) -> SoldView:
        """Assign a plan to a customer or a company."""
        return self._create(SoldView, "/v1/memberships", fields, once)

    def renew(self, membership_id: UUID, once: str) -> SoldView:
        """Renew a membership by the length it was sold with."""
        return self._create(SoldView, f"/v1/memberships/{membership_id}/renew", {}, once)

    def extend(self, membership_id: UUID, fields: Fields) -> SoldView:
        """Move the end of a membership further away."""
        return self._ask(SoldView, "POST", f"/v1/memberships/{membership_id}/extend", body=fields)

    def end(self, membership_id: UUID, fields: Fields) -> SoldView:
        """End a membership before its time."""
        return self._ask(SoldView, "POST", f"/v1/memberships/{membership_id}/end", body=fields)

    def transfer(self, membership_id: UUID, fields: Fields, once: str) -> SoldView:
        """Move a membership to another plan; answers the new one."""
        return self._create(SoldView, f"/v1/memberships/{membership_id}/transfer", fields, once)

    def companies(self, text: str) -> CompanyPage:
        """List companies, or those with ``text`` in their name."""
        params: dict[str, str | int] = {"limit": 50}
        if text:
            params["q"] = text
        return self._ask(CompanyPage, "GET", "/v1/companies", params=params)

    def company(self, company_id: UUID) -> CompanyView:
        """Show a company with its memberships."""
        return self._ask(CompanyView, "GET", f"/v1/companies/{company_id}")

    def save_company(self, company_id: UUID | None, fields: Fields, once: str) -> CompanyView:
        """Create a company, or set fields of one."""
        if company_id is None:
            return self._create(CompanyView, "/v1/companies", fields, once)
        return self._ask(CompanyView, "PATCH", f"/v1/companies/{company_id}", body=fields)

    def people_of(self, company_id: UUID) -> LinkedCustomers:
        """List the customers linked to a company, in the order in which they take seats."""
        path = f"/v1/companies/{company_id}/customers"
        return self._ask(LinkedCustomers, "GET", path, params={"limit": _PEOPLE})

    def link(self, company_id: UUID, customer_id: UUID, role: str) -> None:
        """Link a customer to a company."""
        path = f"/v1/companies/{company_id}/customers/{customer_id}"
        self._do("PUT", path, body={"role": role})

    def unlink(self, company_id: UUID, customer_id: UUID) -> None:
        """End a customer's link to a company."""
        self._do("DELETE", f"/v1/companies/{company_id}/customers/{customer_id}")

    def _create(self, kind: type[M], path: str, fields: Fields, once: str) -> M:
        """Create something, once whatever the network does."""
        headers = {"Idempotency-Key": once}
        return self._ask(kind, "POST", path, body=dict(fields), headers=headers)
