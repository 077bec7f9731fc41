"""CSV files written from the database, as streams."""
