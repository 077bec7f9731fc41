"""Memberships: what was sold to whom, and what a customer holds now."""
