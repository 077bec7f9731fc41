"""Previews: cards drawn as the wallets show them."""
