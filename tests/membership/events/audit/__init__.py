"""Tests of membership.events.audit."""
