"""Run by Alembic: migrates over the connection, and in the transaction, it is handed.

``membership.store.migrate`` begins the transaction under a lock and commits it, so that a migration
is applied completely or not at all.
"""

from alembic import context

from membership.store.models import Organization

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Organization.metadata,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()
