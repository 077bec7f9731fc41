"""How a customer comes by a card: the install page, the mail with its link, the print."""
