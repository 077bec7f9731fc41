"""Stripe: the gateway in terms of billing, its implementation, and the account's keys."""
