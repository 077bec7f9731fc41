"""Tests of membership/install."""
