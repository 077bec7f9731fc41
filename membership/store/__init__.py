"""The database: engines, tables, migrations, and helpers for leases, locks, upserts and purges."""
