"""Login by a signed token of the organization's own web site, and the keys for it."""
