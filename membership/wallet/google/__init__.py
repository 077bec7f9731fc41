"""Google Wallet: classes and objects, their publication, save links."""
