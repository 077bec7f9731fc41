"""Tests of membership.wallet.updates."""
