"""The page of a card, from which it is added to a wallet; the mail with its link; the print."""
