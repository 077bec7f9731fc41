"""Tests of membership.accounts."""
