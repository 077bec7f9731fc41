"""Drawing cards as the wallets do: canvas, fonts, and the form of each wallet."""
