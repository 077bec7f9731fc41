"""Camera and decoders: turns frames into codes in a separate process. No Qt, no network."""
