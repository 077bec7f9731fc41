"""Tests of membership.wallet.apple."""
