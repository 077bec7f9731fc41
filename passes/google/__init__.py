"""Cards of Google Wallet: a class for each design, an object for each card, the link that saves."""
