"""Tests of membership.billing.desk."""
