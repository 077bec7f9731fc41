"""Tests of membership/wallet."""
