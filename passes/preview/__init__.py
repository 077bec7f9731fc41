"""Cards drawn as the wallets show them."""
