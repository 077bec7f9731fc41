"""HTTP client of the membership service, and the messages the two halves share."""
