"""Tests of membership.members.customers."""
