"""Client of the part of the API for customers, companies, plans and memberships."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from uuid import UUID

from api_client.messages.management import (
    CompanyPage,
    CompanyView,
    CustomerProfile,
    CustomerRecord,
    EmailDomainView,
    EndedSessions,
    LinkedCustomers,
    LinkState,
    PermissionPage,
    PlanPage,
    PlanView,
    SignedIn,
    SoldView,
)
from api_client.messages.requests import Withdrawal
from api_client.messages.scan import PermissionView, VisitPage
from api_client.messages.second_factor import FactorConfirmed, FactorSecret, FactorState

from .billing import BillingClient
from .client import M, keyed
from .keys import KeyClient
from .members import MembersClient
from .organization import OrganizationClient
from .payments import PaymentsClient
from .people import PeopleClient
from .sales import SalesClient
from .scanner_setup import ScannerSetupClient
from .signup import SignupClient
from .stripe_setup import StripeSetupClient

Fields = Mapping[str, Any]
"""Fields of a request as JSON values. They are listed in the OpenAPI description."""

_A_PAGE = 100
_COUNTS = {"counts": "true"}
_FACTOR = "/v1/staff/me/second-factor"


class ManagementClient(
    PaymentsClient,
    SalesClient,
    PeopleClient,
    MembersClient,
    SignupClient,
    ScannerSetupClient,
    StripeSetupClient,
    BillingClient,
    KeyClient,
    OrganizationClient,
):
    """All requests of staff. The key is the token of a staff session, or a desk's key to sign in.

    Raises the errors of ``api_client.errors``. ``once`` is an ``Idempotency-Key``: the same one for
    every attempt of one change, so that nothing is created or sold twice; an empty one is not sent.
    ``if_match`` is the ``etag`` of the state that was edited: if somebody else has changed it
    since, Refused is raised with the code ``changed_meanwhile``. Without it nothing is compared.
    Changes that take none are harmless when they are sent twice, or refused the second time.
    """

    def withdraw(self, once: str, sent_at: datetime | None = None) -> Withdrawal:
        """Ask what became of the change sent with ``once``, so that it does not happen later.

        ``sent_at`` is when it was first sent. Raises Refused with the code ``request_begun`` if it
        is being carried out at the payment provider, and ``request_forgotten`` if it was sent a
        day ago or earlier.
        """
        path = f"/v1/requests/{quote(once, safe='')}/withdraw"
        params = {"sent_at": sent_at.isoformat()} if sent_at else {}
        return self._ask(Withdrawal, "POST", path, params=params)

    def sign_in(
        self, organization: str, email: str, password: str, *, device: str = "", code: str = ""
    ) -> SignedIn:
        """Start a staff session in the organization with this short name.

        ``device`` is the device token of an earlier sign-in here, ``code`` that of a second
        factor; both may be empty.
        """
        body = {"organization": organization, "email": email, "password": password}
        body |= {"device_token": device} if device else {}
        body |= {"code": code} if code else {}
        return self._ask(SignedIn, "POST", "/v1/staff/sessions", body=body)

    def make_first_account(self, name: str, email: str, password: str) -> SignedIn:
        """Create the first account of this desk's organization, and start its session."""
        body = {"name": name, "email": email, "password": password}
        return self._ask(SignedIn, "POST", "/v1/staff/first-account", body=body)

    def sign_out(self) -> None:
        """End the session."""
        self._do("DELETE", "/v1/staff/sessions/current")

    def end_own_sessions(self) -> EndedSessions:
        """End all sessions of the account that is signed in, this one too."""
        return self._ask(EndedSessions, "DELETE", "/v1/staff/sessions")

    def second_factor(self) -> FactorState:
        """Return the state of one's own second factor."""
        return self._ask(FactorState, "GET", _FACTOR)

    def begin_second_factor(self, password: str) -> FactorSecret:
        """Begin to set up a second factor; it counts once a code confirms it."""
        return self._ask(FactorSecret, "POST", _FACTOR, body={"current_password": password})

    def confirm_second_factor(self, code: str) -> FactorConfirmed:
        """Confirm a second factor by its first code. Returns the recovery codes, this once."""
        return self._ask(FactorConfirmed, "POST", f"{_FACTOR}/confirm", body={"code": code})

    def remove_second_factor(self, password: str, code: str) -> None:
        """Remove one's own second factor."""
        body = {"current_password": password, "code": code}
        self._do("POST", f"{_FACTOR}/remove", body=body)

    def change_password(self, current: str, new: str) -> None:
        """Change one's own password; ends all other sessions of the account."""
        body = {"current_password": current, "new_password": new}
        self._do("POST", "/v1/staff/me/password", body=body)

    def customer(self, customer_id: UUID) -> CustomerProfile:
        """Return a customer with memberships, permissions, cards, companies and visits."""
        return self._ask(CustomerProfile, "GET", f"/v1/customers/{customer_id}")

    def visits_of(self, customer_id: UUID, cursor: str | None = None) -> VisitPage:
        """Return a page of a customer's visits, newest first."""
        return self._page(VisitPage, "/v1/visits", {"customer_id": str(customer_id)}, cursor)

    def visits(self, cursor: str | None = None) -> VisitPage:
        """Return a page of all visits, newest first."""
        return self._page(VisitPage, "/v1/visits", {}, cursor)

    def create_customer(self, fields: Fields, once: str) -> CustomerRecord:
        """Create a customer."""
        return self._create(CustomerRecord, "/v1/customers", fields, once)

    def change_customer(
        self, customer_id: UUID, fields: Fields, once: str = "", *, if_match: str = ""
    ) -> CustomerRecord:
        """Change fields of a customer."""
        return self._change(CustomerRecord, f"/v1/customers/{customer_id}", fields, once, if_match)

    def end_logins(self, customer_id: UUID) -> EndedSessions:
        """End all logins of a customer to their own page."""
        return self._ask(EndedSessions, "DELETE", f"/v1/customers/{customer_id}/sessions")

    def plans(self, cursor: str | None = None, *, counts: bool = False) -> PlanPage:
        """Return a page of plans by name; ``cursor`` is the one of the page before.

        With ``counts``, each has the number of customers and companies that have it now.
        """
        return self._page(PlanPage, "/v1/plans", _COUNTS if counts else {}, cursor)

    def permissions(self, cursor: str | None = None) -> PermissionPage:
        """Return a page of the organization's permissions by key."""
        return self._page(PermissionPage, "/v1/permissions", {}, cursor)

    def relabel_permission(self, key: str, label: str, once: str = "") -> PermissionView:
        """Change the label of a permission in all plans."""
        path, fields = f"/v1/permissions/{quote(key, safe='')}", {"label": label}
        return self._change(PermissionView, path, fields, once, "")

    def delete_permission(self, key: str, once: str = "") -> None:
        """Delete a permission that no plan has."""
        self._do("DELETE", f"/v1/permissions/{quote(key, safe='')}", once=once)

    def plan(self, plan_id: UUID) -> PlanView:
        """Return a plan."""
        return self._ask(PlanView, "GET", f"/v1/plans/{plan_id}")

    def save_plan(
        self, plan_id: UUID | None, fields: Fields, once: str, *, if_match: str = ""
    ) -> PlanView:
        """Create a plan, or with an id change fields of one."""
        if plan_id is None:
            return self._create(PlanView, "/v1/plans", fields, once)
        return self._change(PlanView, f"/v1/plans/{plan_id}", fields, once, if_match)

    def assign(self, fields: Fields, once: str) -> SoldView:
        """Assign a plan to a customer or a company."""
        return self._create(SoldView, "/v1/memberships", fields, once)

    def renew(
        self,
        membership_id: UUID,
        once: str,
        fields: Fields = MappingProxyType({}),
        *,
        if_match: str = "",
    ) -> SoldView:
        """Renew a membership by the length it was sold with."""
        return self._act(membership_id, "renew", fields, once, if_match)

    def extend(
        self, membership_id: UUID, fields: Fields, once: str = "", *, if_match: str = ""
    ) -> SoldView:
        """Move the end of a membership to a later day."""
        return self._act(membership_id, "extend", fields, once, if_match)

    def end(
        self, membership_id: UUID, fields: Fields, once: str = "", *, if_match: str = ""
    ) -> SoldView:
        """End a membership early."""
        return self._act(membership_id, "end", fields, once, if_match)

    def undo_change(
        self, membership_id: UUID, fields: Fields, once: str, *, if_match: str = ""
    ) -> SoldView:
        """Undo the last change of a membership, which ``fields`` name by ``change_id``."""
        return self._act(membership_id, "undo", fields, once, if_match)

    def transfer(
        self, membership_id: UUID, fields: Fields, once: str, *, if_match: str = ""
    ) -> SoldView:
        """Move a membership to another plan. Returns the new membership."""
        return self._act(membership_id, "transfer", fields, once, if_match)

    def companies(
        self,
        text: str,
        cursor: str | None = None,
        *,
        counts: bool = False,
        archived: bool | None = None,
    ) -> CompanyPage:
        """Return a page of companies by name, or of those with ``text`` in their name.

        With ``counts``, each has the number of its linked customers; ``archived`` filters.
        """
        wanted = {"q": text} if text else {}
        wanted |= _COUNTS if counts else {}
        wanted |= {} if archived is None else {"archived": str(archived).lower()}
        return self._page(CompanyPage, "/v1/companies", wanted, cursor)

    def company(self, company_id: UUID) -> CompanyView:
        """Return a company with its memberships."""
        return self._ask(CompanyView, "GET", f"/v1/companies/{company_id}")

    def email_domain(self, domain: str) -> EmailDomainView:
        """Return what giving an email domain to a company would do."""
        return self._ask(
            EmailDomainView, "GET", f"/v1/companies/email-domains/{quote(domain, safe='')}"
        )

    def save_company(
        self, company_id: UUID | None, fields: Fields, once: str, *, if_match: str = ""
    ) -> CompanyView:
        """Create a company, or with an id change fields of one."""
        if company_id is None:
            return self._create(CompanyView, "/v1/companies", fields, once)
        return self._change(CompanyView, f"/v1/companies/{company_id}", fields, once, if_match)

    def people_of(self, company_id: UUID, cursor: str | None = None) -> LinkedCustomers:
        """Return a page of the customers linked to a company, in the order of their seats."""
        return self._page(LinkedCustomers, f"/v1/companies/{company_id}/customers", {}, cursor)

    def link_state(self, company_id: UUID, customer_id: UUID) -> LinkState:
        """Return whether a customer is linked to a company now."""
        return self._ask(LinkState, "GET", _link(company_id, customer_id))

    def link(
        self,
        company_id: UUID,
        customer_id: UUID,
        role: str,
        once: str = "",
        *,
        if_match: str = "",
        reopen: bool = False,
    ) -> None:
        """Link a customer to a company, or change the role of who is linked.

        ``reopen`` undoes an unlinking of the last ten minutes.
        """
        path = _link(company_id, customer_id)
        body = {"role": role} | ({"reopen": True} if reopen else {})
        self._do("PUT", path, body=body, once=once, if_match=if_match)

    def unlink(
        self, company_id: UUID, customer_id: UUID, once: str = "", *, if_match: str = ""
    ) -> None:
        """End a customer's link to a company."""
        self._do("DELETE", _link(company_id, customer_id), once=once, if_match=if_match)

    def _page(self, kind: type[M], path: str, wanted: Mapping[str, str], cursor: str | None) -> M:
        """Return a page of a list; ``api_client.pages.fetch_all`` takes all of them."""
        params: dict[str, str | int] = {**wanted, "limit": _A_PAGE}
        if cursor:
            params["cursor"] = cursor
        return self._ask(kind, "GET", path, params=params)

    def _create(self, kind: type[M], path: str, fields: Fields, once: str) -> M:
        """Send a POST with an idempotency key."""
        return self._ask(kind, "POST", path, body=dict(fields), headers=keyed(once))

    def _act(
        self, membership_id: UUID, act: str, fields: Fields, once: str, if_match: str
    ) -> SoldView:
        """Send an act on a membership with an idempotency key, and the state that it is of."""
        path, headers = f"/v1/memberships/{membership_id}/{act}", keyed(once, if_match)
        return self._ask(SoldView, "POST", path, body=dict(fields), headers=headers)

    def _change(self, kind: type[M], path: str, fields: Fields, once: str, if_match: str) -> M:
        """Send a PATCH with an idempotency key, and the state that it is of."""
        return self._ask(kind, "PATCH", path, body=dict(fields), headers=keyed(once, if_match))


def _link(company_id: UUID, customer_id: UUID) -> str:
    """Return the path of a customer's link to a company."""
    return f"/v1/companies/{company_id}/customers/{customer_id}"
