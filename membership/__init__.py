"""The membership service: who is a member of what, and what a scanned card says about it."""
