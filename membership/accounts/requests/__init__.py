"""Requests that may have arrived."""
