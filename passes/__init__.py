"""Wallet passes: what is on a card, without database or web server."""
