"""Companies and the customers linked to them."""
