"""Stripe: gateway, webhook events, and fulfilment of what was paid."""
