"""Alembic's environment (``env``) and one module per revision (``versions``)."""
