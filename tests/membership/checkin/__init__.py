"""Tests of membership.checkin."""
