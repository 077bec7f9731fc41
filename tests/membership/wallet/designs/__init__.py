"""Tests of membership/designs."""
