"""Customers and companies as payers: what charges them, and what the provider is asked."""
