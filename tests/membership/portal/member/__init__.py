"""The customer's own page: over HTTP, and in a real browser."""
