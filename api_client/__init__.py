"""HTTP client of the membership service, and the messages that both halves share."""
