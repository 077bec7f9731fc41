"""Lists that pages load whole, up to a number that a page can show."""

from uuid import UUID

from api_client.management import ManagementClient
from api_client.messages.management import CompanyPage, LinkedCustomers, PlanPage
from api_client.pages import fetch_all

MOST_PLANS = 1000
MOST_PERMISSIONS = 500
MOST_PEOPLE = 500
MOST_COMPANIES = 500
"""Rows beyond these numbers would slow the page down; the page says how many there are."""


def load_plans(client: ManagementClient) -> PlanPage:
    """Return all plans by name. Raises ApiError."""
    found = fetch_all(client.plans, MOST_PLANS)
    return PlanPage(items=found.items, total=found.total)


def load_people(client: ManagementClient, company_id: UUID) -> LinkedCustomers:
    """Return the people of a company in the order of their seats, and how many there are.

    Raises ApiError.
    """
    found = fetch_all(lambda cursor: client.people_of(company_id, cursor), MOST_PEOPLE)
    return LinkedCustomers(items=found.items, total=found.total)


def load_companies(client: ManagementClient) -> CompanyPage:
    """Return companies by name, for a choice of one. Raises ApiError."""
    found = fetch_all(lambda cursor: client.companies("", cursor), MOST_COMPANIES)
    return CompanyPage(items=found.items, total=found.total)
