"""Scans and the visits they record."""
