"""Tests of membership.base."""
