"""Tests of membership.members.companies."""
