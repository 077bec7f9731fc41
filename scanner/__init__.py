"""Camera and decoder: turns frames into codes, in a process of its own. No Qt, no network."""
