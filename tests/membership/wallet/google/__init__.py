"""Tests of membership.wallet.google."""
