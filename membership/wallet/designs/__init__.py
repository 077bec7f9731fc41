"""Designs of wallet cards."""
