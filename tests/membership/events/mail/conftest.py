"""A service that hashes passwords cheaply, as the tests of staff accounts use it."""

from tests.membership.accounts.staff.conftest import module_service

__all__ = ["module_service"]
