"""How the file of an import arrives: its bytes are decoded and stored in chunks."""
