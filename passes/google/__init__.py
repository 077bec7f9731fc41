"""Google Wallet: loyalty classes and objects, the logo, and the link to save a card."""
