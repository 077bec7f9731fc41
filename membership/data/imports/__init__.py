"""CSV files read into the database: checked line by line, resumable, with a report."""
