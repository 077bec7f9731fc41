"""Orders that are paid through the payment provider, and the memberships they grant."""
