"""Tests of membership.accounts.requests."""
