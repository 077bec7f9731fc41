"""Tests of the outbox of tasks for the payment provider."""
