"""What the wallets are told of cards: faces, keys, links, updates, the phones that have them."""
