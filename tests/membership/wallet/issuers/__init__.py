"""The accounts that sign wallet cards."""
