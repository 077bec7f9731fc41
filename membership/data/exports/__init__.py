"""Exports: CSV files, streamed from the database."""
