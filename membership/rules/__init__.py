"""Pure membership rules: no database, no web; the clock is always an argument."""
