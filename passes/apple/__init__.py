"""Passes of Apple Wallet: their content, pictures, archive and signature."""
