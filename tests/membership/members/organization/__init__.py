"""Tests of membership.members.organization."""
