"""Cards of Google Wallet."""
