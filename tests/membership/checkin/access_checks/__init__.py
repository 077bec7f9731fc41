"""Tests of membership.checkin.access_checks."""
