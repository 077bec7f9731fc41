"""Tests of membership.web."""
