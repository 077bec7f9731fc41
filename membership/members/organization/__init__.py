"""The caller's own organization: shown and changed over the API."""
