"""The database: engines, tables, migrations, and what is shared by all that use it."""
