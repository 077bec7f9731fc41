"""Customers: search, profile, photo."""
