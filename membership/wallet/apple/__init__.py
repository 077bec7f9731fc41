"""Apple Wallet: signed passes, the web service that phones ask, pushes."""
