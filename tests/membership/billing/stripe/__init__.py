"""Tests of the gateway to Stripe, its account and its diagnostics."""
