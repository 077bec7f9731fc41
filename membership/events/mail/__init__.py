"""Mail: written in the transaction that wants it, sent afterwards."""
