"""Apple Wallet: signed passes, the web service for phones, pushes."""
