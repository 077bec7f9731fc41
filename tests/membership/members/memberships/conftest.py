"""Clubs without a service around them, as the tests of webhooks use them."""

from tests.membership.events.conftest import club, postgres_club

__all__ = ["club", "postgres_club"]
