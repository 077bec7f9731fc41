"""How a request comes in: access, transactions, limits, errors."""
