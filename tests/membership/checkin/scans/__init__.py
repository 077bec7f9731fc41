"""Tests of membership.checkin.scans."""
