"""The customer's own page: what they hold, their cards, what they paid, and a live card."""
