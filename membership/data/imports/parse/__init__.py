"""How lines become values: CSV records, columns, and single values."""
