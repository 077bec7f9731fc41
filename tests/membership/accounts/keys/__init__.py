"""Tests of membership.accounts.keys."""
