"""Outbox of tasks for the payment provider, carried out by a background job."""
