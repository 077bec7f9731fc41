"""Tests of membership.store."""
