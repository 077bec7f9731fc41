"""Tests of membership.wallet.cards."""
