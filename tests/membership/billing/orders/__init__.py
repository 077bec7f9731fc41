"""Tests of membership.billing.orders."""
