"""Issuers of an organization's cards: an Apple certificate, and a Google service account."""
