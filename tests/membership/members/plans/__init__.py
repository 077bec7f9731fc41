"""Tests of membership.members.plans."""
