"""Tests of membership.portal."""
