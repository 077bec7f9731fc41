"""Webhooks: endpoints, deliveries, retries and dead letters."""
