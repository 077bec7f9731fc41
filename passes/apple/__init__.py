"""Apple Wallet: content, pictures, archive and signature of passes."""
