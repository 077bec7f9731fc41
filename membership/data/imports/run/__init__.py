"""How imports run: leased by a worker, batch by batch, to their end."""
