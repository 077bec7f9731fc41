"""Cards in wallets: designs, issuers, faces, updates, Apple Wallet and Google Wallet."""
