"""Tests of membership.members.memberships."""
