"""Tests of membership.events."""
