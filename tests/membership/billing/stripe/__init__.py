"""Tests of membership.billing.stripe."""
