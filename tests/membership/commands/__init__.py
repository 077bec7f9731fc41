"""Tests of membership.commands."""
