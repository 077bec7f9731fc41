"""Payments: taken at the desk, or through a payment provider."""
