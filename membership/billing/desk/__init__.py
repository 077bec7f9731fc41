"""Payments taken at the desk, and their receipts."""
