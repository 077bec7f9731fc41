"""The core: customers, companies, plans, memberships, visits, the organization."""
