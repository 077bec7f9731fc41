"""How the rows of a batch of lines are written, by kind of import."""
