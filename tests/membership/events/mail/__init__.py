"""Tests of membership.events.mail."""
