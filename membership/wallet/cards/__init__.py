"""Wallet cards of customers."""
