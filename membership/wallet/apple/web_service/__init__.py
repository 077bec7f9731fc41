"""The web service that phones with cards in Apple Wallet ask for news of them."""
