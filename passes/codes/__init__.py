"""The texts of card codes: made, parsed, signed and rotating. Pure, except for the signature."""
