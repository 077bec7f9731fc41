"""The list of members: filters by what a scan would decide, pages and their number."""
