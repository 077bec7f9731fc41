"""The web service from which phones fetch updates of their cards in Apple Wallet."""
