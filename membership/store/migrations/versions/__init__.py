"""One module per revision of the schema, each telling the one before it."""
