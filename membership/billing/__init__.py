"""Payments: what members paid, and what they get in writing for it."""
