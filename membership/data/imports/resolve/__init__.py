"""What lines refer to: known customers, companies, numbers and codes."""
