"""Tests of membership.data."""
