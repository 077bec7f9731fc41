"""Data in bulk: imports, exports, backups, privacy requests, the demo club."""
