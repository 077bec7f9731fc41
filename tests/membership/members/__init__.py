"""Tests of membership.members."""
